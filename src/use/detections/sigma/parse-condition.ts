import { allOf, anyOf, not } from './check.ts';
import { SigmaError, type Check } from './sigma-rule.ts';

/** Deeper parentheses than anybody writes. */
const MOST_LEVELS = 50;

/** `selection and not 1 of filter_*`: names of selections with and, or, not, parentheses, `1 of` and `all of`. Throws SigmaError. */
export function parseCondition(text: string, selections: ReadonlyMap<string, Check>): Check {
  if (text.includes('|'))
    throw new SigmaError(`detection.condition: aggregation is not supported: ${JSON.stringify(text)}`);
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  const parser = createParser(tokens, selections);
  const check = parser.or(0);
  const rest = parser.peek();
  if (rest !== undefined)
    throw new SigmaError(`detection.condition: ${JSON.stringify(rest)} is not expected there`);
  return check;
}

function createParser(tokens: readonly string[], selections: ReadonlyMap<string, Check>) {
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const isNext = (word: string): boolean => tokens[at]?.toLowerCase() === word && (at++, true);
  const or = (level: number): Check => {
    if (level > MOST_LEVELS) throw new SigmaError('detection.condition: too many parentheses');
    const checks = [and(level)];
    while (isNext('or')) checks.push(and(level));
    return checks.length === 1 ? (checks[0] as Check) : anyOf(checks);
  };
  const and = (level: number): Check => {
    const checks = [unary(level)];
    while (isNext('and')) checks.push(unary(level));
    return checks.length === 1 ? (checks[0] as Check) : allOf(checks);
  };
  const unary = (level: number): Check => {
    let isNegated = false;
    while (isNext('not')) isNegated = !isNegated;
    const check = operand(level);
    return isNegated ? not(check) : check;
  };
  const operand = (level: number): Check => {
    const token = tokens[at++];
    if (token === undefined) throw new SigmaError('detection.condition: it ends too early');
    if (token === '(') {
      const check = or(level + 1);
      if (tokens[at++] !== ')') throw new SigmaError('detection.condition: a closing parenthesis is missing');
      return check;
    }
    if (isNext('of')) return quantified(token.toLowerCase(), tokens[at++], selections);
    const check = selections.get(token);
    if (check === undefined)
      throw new SigmaError(`detection.condition: there is no selection ${JSON.stringify(token)}`);
    return check;
  };
  return { or, peek };
}

/** `them` are all selections but those that begin with an underscore. */
function quantified(
  quantity: string,
  pattern: string | undefined,
  selections: ReadonlyMap<string, Check>,
): Check {
  if (pattern === undefined) throw new SigmaError('detection.condition: it ends too early');
  if (quantity !== '1' && quantity !== 'any' && quantity !== 'all')
    throw new SigmaError(
      `detection.condition: "${quantity} of" is not supported, only "1 of", "any of" and "all of"`,
    );
  const parts = pattern.split('*');
  const isMeant = (name: string): boolean =>
    pattern.toLowerCase() === 'them' ? !name.startsWith('_') : fits(name, parts);
  const checks = [...selections].filter(([name]) => isMeant(name)).map(([, check]) => check);
  if (checks.length === 0)
    throw new SigmaError(`detection.condition: no selection is called ${JSON.stringify(pattern)}`);
  return quantity === 'all' ? allOf(checks) : anyOf(checks);
}

function fits(name: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
