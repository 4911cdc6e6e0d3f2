import { invalidSql } from '../invalid-sql.ts';
import { UNIT_MILLISECONDS } from '../types/units.ts';
import type { Literal } from './leaves.ts';
import type { Token } from './tokens.ts';

/** `DATE '…'`, `TIMESTAMP '…'`; undefined when the word makes no literal of the text behind it. */
export function typedLiteral(word: string, { text, place }: Token): Literal | undefined {
  if (word === 'DATE') {
    if (!/^\s*\d{4}-\d{1,2}-\d{1,2}\s*$/.test(text))
      throw invalidSql(`'${text}' is not a valid DATE literal`, place);
    return { type: 'date', value: text.trim() };
  }
  if (word === 'TIMESTAMP') return { type: 'timestamp', value: text.trim() };
  if (/^(TIME|DECIMAL|REAL|DOUBLE|BIGINT|INTEGER|JSON|UUID|IPADDRESS|CHAR|VARCHAR)$/.test(word))
    throw invalidSql(`${word} literals are not supported; use CAST`, place);
  return undefined;
}

/** `'7' DAY`, `'1 2:03' DAY TO MINUTE` is not built. The tokens begin with the text. */
export function intervalLiteral(
  tokens: readonly Token[],
  negative: boolean,
): { readonly literal: Literal; readonly used: number } {
  const [value, unit, to] = tokens;
  const place = value?.place;
  const name = unit?.upper.replace(/S$/, '').toLowerCase() ?? '';
  if (to?.upper === 'TO') throw invalidSql('intervals with TO are not supported', to.place);
  const written = value?.text ?? '';
  const invalid = () => invalidSql(`'${written}' is not a valid INTERVAL literal`, place);
  const count = Number(written.trim() || 'x') * (negative ? -1 : 1);
  if (!Number.isFinite(count)) throw invalid();
  if (name === 'month' || name === 'year') {
    const months = count * (name === 'year' ? 12 : 1);
    if (!Number.isInteger(months)) throw invalid();
    return { literal: { type: 'interval year to month', value: months }, used: 2 };
  }
  const milliseconds = Object.hasOwn(UNIT_MILLISECONDS, name) ? UNIT_MILLISECONDS[name] : undefined;
  if (milliseconds === undefined)
    throw invalidSql(
      `INTERVAL needs a unit: second, minute, hour, day, week, month or year`,
      unit?.place ?? place,
    );
  return { literal: { type: 'interval day to second', value: Math.round(count * milliseconds) }, used: 2 };
}
