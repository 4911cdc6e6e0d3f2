import { invalidSql, type Place } from '../invalid-sql.ts';
import { DATE, TIMESTAMP, timestampTz } from '../types/type.ts';
import { quote, type Value } from './value.ts';

const TIME_TEXT =
  /^\s*([+-]?\d{4,5})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2}|[A-Za-z]+\/[A-Za-z_/+-]+)?\s*$/i;

/** A time as statements write it, with or without a zone; undefined for what is none. */
export function readTime(
  text: string,
): { readonly milliseconds: number; readonly zone: string | undefined } | undefined {
  const match = TIME_TEXT.exec(text);
  if (!match) return undefined;
  const fraction = match[7] ?? '';
  const zone = match[8]?.toUpperCase() === 'Z' ? 'UTC' : match[8];
  const numbers = match.slice(1, 7).map((part) => Number(part ?? '0'));
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = numbers;
  const at = Date.UTC(y, mo - 1, d, h, mi, s, Number(fraction.padEnd(3, '0').slice(0, 3)));
  const back = new Date(at);
  const same = back.getUTCMonth() === mo - 1 && back.getUTCDate() === d && back.getUTCHours() === h;
  if (!same || mi > 59 || s > 59) return undefined;
  return inZone(at, zone);
}

function inZone(
  at: number,
  zone: string | undefined,
): { readonly milliseconds: number; readonly zone: string | undefined } {
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '');
  if (!offset) return { milliseconds: at, zone };
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return { milliseconds: at - (offset[1] === '-' ? -1 : 1) * minutes * 60_000, zone: 'UTC' };
}

/** A literal that is a time, for the engine. Throws INVALID_SQL. */
export function timestampLiteral(text: string, place?: Place): Value {
  const time = readTime(text);
  if (!time) throw invalidSql(`Value cannot be cast to timestamp: ${text}`, place);
  if (time.zone !== undefined && time.zone.toUpperCase() !== 'UTC')
    return {
      sql: `toDateTime64(${quote(printed(time.milliseconds))}, 3, ${quote(time.zone)})`,
      type: timestampTz(time.zone),
    };
  const sql = `toDateTime64(${quote(printed(time.milliseconds))}, 3, 'UTC')`;
  return { sql, type: time.zone === undefined ? TIMESTAMP : timestampTz('UTC') };
}

export function dateLiteral(text: string, place?: Place): Value {
  const time = readTime(text);
  if (!time) throw invalidSql(`Value cannot be cast to date: ${text}`, place);
  return { sql: `toDate32(${quote(printed(time.milliseconds).slice(0, 10))})`, type: DATE };
}

const printed = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '');
