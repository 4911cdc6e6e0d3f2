import { invalid } from '../log-errors.ts';
import { LogMessage } from './message.ts';

/** A filter pattern made ready to be asked of many messages. */
export type FilterPattern = {
  readonly matches: (message: string) => boolean;
  /** The same of a message that others ask too. */
  readonly holds: (message: LogMessage) => boolean;
  /**
   * Reads what a metric's value or dimension names, `$.latency` in JSON and `$bytes` or `$3` in fields; undefined where a message has no such
   * text, number or boolean. Throws InvalidParameterException for a selector that does not go with the pattern.
   */
  readonly reader: (selector: string) => (message: LogMessage) => string | undefined;
  /** How many regular expressions it has. */
  readonly regexes: number;
  /** What TestMetricFilter shows of a message that matches: `$.selector` or `$name` → text. */
  readonly extract: (message: string) => Readonly<Record<string, string>>;
  /** What a message that matches surely contains: of each list at least one text. [] where nothing can be said. */
  readonly contains: Contains;
};

export type Contains = readonly (readonly string[])[];

/** How JSON may write any character: a text that is looked for in JSON may stand there so. */
export const ESCAPE = '\\u';

export const NOTHING_SURE: Contains = [];

/** More alternatives than this are no help in a search. */
const MOST_TEXTS = 100;

/** For a branching: the most telling list of each branch, as one list. */
export function eitherOf(branches: readonly Contains[]): Contains {
  const best = branches.map((lists) => lists.toSorted((a, b) => shortest(b) - shortest(a))[0]);
  if (best.includes(undefined)) return NOTHING_SURE;
  const texts = [...new Set(best.flatMap((list) => list ?? []))];
  return texts.length > MOST_TEXTS ? NOTHING_SURE : [texts];
}

function shortest(texts: readonly string[]): number {
  return Math.min(...texts.filter((text) => text !== ESCAPE).map((text) => text.length));
}

/** Throws InvalidParameterException. */
export function badPattern(why: string): never {
  throw invalid(`Invalid filter pattern: ${why}`);
}

/** A pattern by what it says of one message. */
export function filterPattern(rest: Omit<FilterPattern, 'matches'>): FilterPattern {
  return { ...rest, matches: (message) => rest.holds(new LogMessage(message)) };
}

/** Plain terms name nothing. */
export const namesNothing: FilterPattern['reader'] = (selector) =>
  badPattern(
    `it has no field ${JSON.stringify(selector.slice(0, 100))}: only JSON and space-delimited patterns name fields.`,
  );
