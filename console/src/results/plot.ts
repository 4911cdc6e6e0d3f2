import { isNumeric, momentOf, type Results } from './results.ts';

export type Series = { readonly title: string; readonly values: readonly (number | undefined)[] };

/** What is drawn: `x` across, each series up at the same places. */
export type Plot =
  | {
      readonly kind: 'time';
      readonly xTitle: string;
      /** Milliseconds, ascending. */
      readonly x: readonly number[];
      readonly series: readonly Series[];
    }
  | {
      readonly kind: 'words';
      readonly xTitle: string;
      readonly x: readonly string[];
      readonly series: readonly Series[];
      /** Rows that are not drawn. */
      readonly left: number;
    };

/** Bars that can still be read, and lines that can still be told apart. */
const MOST_BARS = 40;
const MOST_SERIES = 8;

/** Undefined where the rows hold nothing that could be drawn: no number, or a number and nothing to set it against. */
export function plotOf({ columns, rows }: Results): Plot | undefined {
  if (rows.length === 0) return undefined;
  const cells = (column: number) => rows.map((row) => row[column] ?? null);
  const all = (column: number, test: (text: string) => boolean) => {
    const there = cells(column).filter((cell) => cell !== null);
    return there.length > 0 && there.every(test);
  };
  const indexes = columns.map((_name, index) => index);
  const moment = indexes.find((index) => all(index, (text) => momentOf(text) !== undefined));
  const numbers = indexes.filter((index) => index !== moment && all(index, isNumeric));
  const words = indexes.filter((index) => index !== moment && !numbers.includes(index));
  const [first] = numbers;
  if (first === undefined) return undefined;
  if (moment !== undefined) {
    const [word] = words;
    const isSplit = numbers.length === 1 && words.length === 1 && word !== undefined;
    return overTime({ columns, rows }, { moment, numbers, word: isSplit ? word : undefined });
  }
  // Of numbers alone the first may be what the others are set against: a year, an hour.
  const across = words.length > 0 ? words : numbers.length > 1 ? [first] : [];
  if (across.length === 0) return undefined;
  const shown = rows.slice(0, MOST_BARS);
  return {
    kind: 'words',
    xTitle: across.map((index) => columns[index] ?? '').join(', '),
    x: unique(shown.map((row) => across.map((index) => row[index] ?? '–').join(' · '))),
    series: numbers
      .filter((index) => !across.includes(index))
      .slice(0, MOST_SERIES)
      .map((index) => ({
        title: columns[index] ?? '',
        values: shown.map((row) => numberAt(row, index)),
      })),
    left: rows.length - shown.length,
  };
}

type TimeColumns = {
  readonly moment: number;
  readonly numbers: readonly number[];
  /** A line for each of its values. */
  readonly word: number | undefined;
};

function overTime({ columns, rows }: Results, { moment, numbers, word }: TimeColumns): Plot {
  const placed = rows.flatMap((row) => {
    const time = momentOf(row[moment] ?? '');
    return time === undefined ? [] : [{ time, row }];
  });
  const x = [...new Set(placed.map(({ time }) => time))].sort((a, b) => a - b);
  const at = new Map(x.map((time, index) => [time, index]));
  const lines = new Map<string, (number | undefined)[]>();
  for (const { time, row } of placed) {
    for (const number of numbers) {
      const title = word === undefined ? (columns[number] ?? '') : (row[word] ?? '–');
      let line = lines.get(title);
      if (!line) lines.set(title, (line = Array.from<number | undefined>({ length: x.length })));
      const index = at.get(time) ?? 0;
      const value = numberAt(row, number);
      if (value !== undefined) line[index] = (line[index] ?? 0) + value;
    }
  }
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce<number>((all, one) => all + (one ?? 0), 0);
  const series = [...lines].map(([title, values]) => ({ title, values }));
  // Where each row has a word, what is not told of a moment did not happen then.
  const shown = word === undefined ? series : series.sort((a, b) => sum(b.values) - sum(a.values));
  return { kind: 'time', xTitle: columns[moment] ?? '', x, series: shown.slice(0, MOST_SERIES) };
}

function numberAt(row: readonly (string | null)[], index: number): number | undefined {
  const text = row[index];
  return text === null || text === undefined ? undefined : Number(text);
}

/** Charts take two places of one name for one place. */
function unique(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
