import { compileJson } from './json-pattern.ts';
import { badPattern, filterPattern, namesNothing, NOTHING_SURE, type FilterPattern } from './pattern.ts';
import { compileSpaceDelimited } from './space-pattern.ts';
import { compileTerms } from './terms.ts';

const MOST_REGEXES = 2;
const LONGEST = 1024;

/**
 * The language of metric filters, subscription filters and FilterLogEvents. Throws InvalidParameterException.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function compileFilterPattern(text: string): FilterPattern {
  if (text.length > LONGEST) badPattern(`it is longer than ${LONGEST} characters.`);
  const pattern = text.trim();
  if (pattern === '') return EVERYTHING;
  if (!/^[{[]/.test(pattern)) return compileTerms(pattern);
  const isJson = pattern.startsWith('{');
  if (!pattern.endsWith(isJson ? '}' : ']'))
    badPattern(`it begins with ${pattern[0]} and does not end with its counterpart.`);
  const compiled = isJson ? compileJson(pattern) : compileSpaceDelimited(pattern);
  if (compiled.regexes > MOST_REGEXES)
    badPattern(`it has ${compiled.regexes} regular expressions, and ${MOST_REGEXES} are allowed.`);
  return compiled;
}

const EVERYTHING = filterPattern({
  holds: () => true,
  extract: () => ({}),
  reader: namesNothing,
  contains: NOTHING_SURE,
  regexes: 0,
});
