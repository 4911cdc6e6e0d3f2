import { useState } from 'react';

/** What of a list is looked at: through a filter of words, a page at a time. */
export type ListView<T> = {
  readonly text: string;
  readonly setText: (text: string) => void;
  /** Of all, and of those that the filter leaves. */
  readonly total: number;
  readonly matches: number;
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  readonly setPage: (page: number) => void;
  /** On this page. */
  readonly seen: readonly T[];
};

/** Those in which every word of the filter occurs, by what `textOf` says of them. */
export function useList<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  pageSize: number = 50,
): ListView<T> {
  const [text, setText] = useState('');
  const [wanted, setPage] = useState(1);
  const words = text.toLowerCase().split(/\s+/);
  const matching = items.filter((item) => {
    const among = textOf(item).toLowerCase();
    return words.every((word) => among.includes(word));
  });
  const pages = Math.max(1, Math.ceil(matching.length / pageSize));
  const page = Math.min(wanted, pages);
  return {
    text,
    setText: (next) => {
      setText(next);
      setPage(1);
    },
    total: items.length,
    matches: matching.length,
    page,
    pages,
    setPage,
    seen: matching.slice((page - 1) * pageSize, page * pageSize),
  };
}
