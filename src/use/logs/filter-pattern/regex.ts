import { RE2JS } from 're2js';

import { messageOf } from '../../../base/errors.ts';
import { badPattern } from './pattern.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#regex-expressions */
const PLAIN = /^[A-Za-z0-9_ #=@/;,:^$?[\]{}|*+.&-]$/;
const ESCAPABLE = /^[dDsSwWxntr^$?[\]{}|*+.\\/#=@;,:&()"'%! _-]$/;

/**
 * A regular expression between percent signs. Its time grows with the text only, whatever it says (RE2), because anybody may send one.
 * Throws InvalidParameterException for what CloudWatch Logs does not take: parentheses, other symbols, other alphabets.
 */
export function compileRegex(source: string): (text: string) => boolean {
  if (source === '') badPattern('the regular expression between %% is empty.');
  for (let at = 0; at < source.length; at++) {
    const char = source[at] ?? '';
    if (char === '\\') {
      at++;
      if (!ESCAPABLE.test(source[at] ?? ''))
        badPattern(`\\${source[at] ?? ''} in %${source}% is not supported.`);
    } else if (!PLAIN.test(char)) {
      badPattern(`${JSON.stringify(char)} in %${source}% is not supported in a regular expression.`);
    }
  }
  try {
    const compiled = RE2JS.compile(source);
    return (text) => compiled.test(text);
  } catch (error) {
    return badPattern(`%${source}%: ${messageOf(error)}`);
  }
}
