import {
  badPattern,
  eitherOf,
  filterPattern,
  namesNothing,
  NOTHING_SURE,
  type FilterPattern,
} from './pattern.ts';
import { compileRegex } from './regex.ts';

type Term = { readonly kind: 'must' | 'may' | 'not'; readonly text: string };

/**
 * Unstructured patterns: terms that all must occur, `?a ?b` of which one must (beside plain ones they count for nothing), `-c` which must not;
 * `"a phrase"` for what is not only letters and digits. As substrings, case counts.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
 */
export function compileTerms(pattern: string): FilterPattern {
  const regex = /^%(.*)%$/s.exec(pattern)?.[1];
  if (regex !== undefined) {
    const matches = compileRegex(regex);
    return filterPattern({
      ...NAMELESS,
      holds: ({ text }) => matches(text),
      contains: NOTHING_SURE,
      regexes: 1,
    });
  }
  const terms = readTerms(pattern);
  const texts = (kind: Term['kind']) => terms.filter((term) => term.kind === kind).map(({ text }) => text);
  const [must, may, not] = [texts('must'), texts('may'), texts('not')];
  const oneOf = must.length > 0 ? [] : may;
  return filterPattern({
    ...NAMELESS,
    holds: ({ text: message }) =>
      must.every((text) => message.includes(text)) &&
      (oneOf.length === 0 || oneOf.some((text) => message.includes(text))) &&
      !not.some((text) => message.includes(text)),
    contains: oneOf.length === 0 ? must.map((text) => [text]) : eitherOf(oneOf.map((text) => [[text]])),
    regexes: 0,
  });
}

const NAMELESS = { extract: () => ({}), reader: namesNothing };

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/suy;

function readTerms(pattern: string): readonly Term[] {
  const terms: Term[] = [];
  for (let at = 0; at < pattern.length;) {
    TERM.lastIndex = at;
    const match = TERM.exec(pattern);
    if (match === null) badPattern(`an unpaired quotation mark at ${at + 1}.`);
    const [, sign, quoted, bare] = match ?? [];
    if (bare !== undefined && !/^[\p{L}\p{N}_]+$/u.test(bare))
      badPattern(`Invalid character(s) in term ${JSON.stringify(bare)}: put it in quotation marks.`);
    const text = bare ?? (quoted ?? '').replaceAll(/\\(.)/gs, '$1');
    // A quoted space, or nothing between the marks, stands for every event.
    if (text.trim() !== '') terms.push({ kind: sign === '?' ? 'may' : sign === '-' ? 'not' : 'must', text });
    at = TERM.lastIndex;
  }
  return terms;
}
