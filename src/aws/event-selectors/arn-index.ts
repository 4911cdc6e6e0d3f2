import type { ArnTexts } from './selection.ts';

/** Finds, of many selectors, those that an ARN may concern: so many look-ups as there are lengths of texts, however many selectors. */
export type ArnIndex = {
  /** Tells the numbers of the selectors of which a text fits, some more than once. */
  readonly find: (arn: string, tell: (selector: number) => void) => void;
};

type Holders = Map<string, number[]>;

export function createArnIndex(entries: readonly (readonly [number, ArnTexts])[]): ArnIndex {
  const equals: Holders = new Map();
  const starts = new Map<number, Holders>();
  const ends = new Map<number, Holders>();
  for (const [selector, texts] of entries) {
    for (const text of texts.equals) hold(equals, text, selector);
    for (const text of texts.starts) hold(ofLength(starts, text.length), text, selector);
    for (const text of texts.ends) hold(ofLength(ends, text.length), text, selector);
  }
  return {
    find: (arn, tell) => {
      equals.get(arn)?.forEach(tell);
      for (const [length, holders] of starts) {
        if (length <= arn.length) holders.get(arn.slice(0, length))?.forEach(tell);
      }
      for (const [length, holders] of ends) {
        if (length <= arn.length) holders.get(arn.slice(arn.length - length))?.forEach(tell);
      }
    },
  };
}

function hold(holders: Holders, text: string, selector: number): void {
  const known = holders.get(text);
  if (known === undefined) holders.set(text, [selector]);
  else known.push(selector);
}

function ofLength(lengths: Map<number, Holders>, length: number): Holders {
  const known = lengths.get(length);
  if (known !== undefined) return known;
  const made: Holders = new Map();
  lengths.set(length, made);
  return made;
}
