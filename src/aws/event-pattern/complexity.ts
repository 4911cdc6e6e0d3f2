import type { Alternatives } from './parsed.ts';

/** EventBridge refuses `*:*:*:*:*:event-bus/*`, which is 11 by this reckoning. */
const MOST_PLACES = 10;
/** What has not shown itself as too complex by then passes: matching does not depend on it. */
const MOST_STEPS = 3000;

/**
 * Whether EventBridge would refuse the wildcards of a pattern: it counts how many places in them one text can be at, at the same time. An asterisk
 * is such a place, and each character that was just read. Wildcards of one field count together.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-wildcard-matching
 */
export function tooComplex(branches: readonly (readonly Alternatives[])[]): boolean {
  return [...fieldsOf(branches)].some(
    (wildcards) => wildcards.length > 0 && placesOf(wildcards) > MOST_PLACES,
  );
}

/** The wildcards of each field; alternatives of `$or` that begin alike are read together. */
function fieldsOf(branches: readonly (readonly Alternatives[])[]): Iterable<readonly Wildcards[]> {
  const numbers = new Map<Alternatives, number>();
  const fields = new Map<string, Set<Wildcards>>();
  for (const branch of branches) {
    let before = '';
    for (const alternatives of branch) {
      const key = `${before} ${alternatives.path}`;
      const wildcards = fields.get(key) ?? new Set();
      for (const { wildcards: some } of alternatives.parsed) if (some.length > 0) wildcards.add(some);
      fields.set(key, wildcards);
      if (!numbers.has(alternatives)) numbers.set(alternatives, numbers.size);
      before += `,${numbers.get(alternatives)}`;
    }
  }
  return [...fields.values()].map((wildcards) => [...wildcards]);
}

/** Of one condition: `wildcard` has one, `anything-but` a list. */
type Wildcards = readonly (readonly string[])[];

/** A character, or an asterisk, of which any text may be read; `next` are the places behind. */
type Place = { readonly char: string | undefined; readonly next: Map<string, Place> };

const ANY = '*';

/** The greatest number of places at once, or the first above the limit. */
function placesOf(fields: readonly Wildcards[]): number {
  const starts = fields.map(treeOf);
  const chars = new Set(fields.flat(2).flatMap((piece) => [...piece]));
  chars.add('"');
  const seen = new Set<string>();
  const numbers = new Map<Place, number>();
  const waiting: (readonly Place[])[] = [starts];
  let most = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const places = waiting.pop();
    if (places === undefined) break;
    for (const char of chars) {
      const next = read(places, char);
      most = Math.max(most, next.size);
      if (most > MOST_PLACES) return most;
      const key = [...next]
        .map((place) => numberOf(place, numbers))
        .sort()
        .join();
      if (next.size > 0 && !seen.has(key)) waiting.push([...next]);
      seen.add(key);
    }
  }
  return most;
}

function numberOf(place: Place, numbers: Map<Place, number>): number {
  const number = numbers.get(place) ?? numbers.size;
  numbers.set(place, number);
  return number;
}

/** Beginnings that wildcards of a list share are the same places. */
function treeOf(wildcards: Wildcards): Place {
  const start: Place = { char: '', next: new Map() };
  for (const pieces of wildcards) {
    let place = step(start, '"', '"');
    pieces.forEach((piece, index) => {
      if (index > 0) place = step(place, ANY, undefined);
      for (const char of piece) place = step(place, `=${char}`, char);
    });
    step(place, '="', '"');
  }
  return start;
}

function step(from: Place, key: string, char: string | undefined): Place {
  const place = from.next.get(key) ?? { char, next: new Map<string, Place>() };
  from.next.set(key, place);
  return place;
}

function read(places: readonly Place[], char: string): Set<Place> {
  const reached = new Set<Place>();
  for (const place of places) {
    if (place.char === undefined) reached.add(place);
    for (const next of place.next.values()) {
      if (next.char !== char) continue;
      reached.add(next);
      // An asterisk may stand for nothing: whoever is before it is in it.
      const star = next.next.get(ANY);
      if (star !== undefined) reached.add(star);
    }
  }
  return reached;
}
