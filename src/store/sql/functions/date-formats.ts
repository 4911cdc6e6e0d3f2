import { quote } from '../compile/value.ts';
import type { Call } from './call-args.ts';

/** MySQL's codes, as Trino's date_format has them, as parts of the engine's text. https://trino.io/docs/current/functions/datetime.html#mysql-date-functions */
const MYSQL: Readonly<Record<string, string>> = {
  a: '%a',
  b: '%b',
  c: 'toString(toMonth(T))',
  d: '%d',
  e: 'toString(toDayOfMonth(T))',
  f: "concat(leftPad(toString(toMillisecond(T)), 3, '0'), '000')",
  H: '%H',
  h: '%I',
  I: '%I',
  i: '%i',
  j: '%j',
  k: 'toString(toHour(T))',
  l: 'toString(if(toHour(T) % 12 = 0, 12, toHour(T) % 12))',
  M: '%M',
  m: '%m',
  p: '%p',
  r: '%I:%i:%S %p',
  S: '%S',
  s: '%S',
  T: '%H:%i:%S',
  v: "leftPad(toString(toISOWeek(T)), 2, '0')",
  W: '%W',
  x: 'toString(toISOYear(T))',
  Y: '%Y',
  y: '%y',
};

export function mysqlFormat(call: Call, time: string, format: string): string {
  return joined(
    [...format.matchAll(/%(.)|([^%]+)/gsu)].map(([, code, text]) => {
      if (code === undefined) return quote(text ?? '');
      const known = Object.hasOwn(MYSQL, code) ? MYSQL[code] : undefined;
      if (known === undefined && /[DUuVwX]/.test(code))
        throw call.fail(`%${code} not supported in date format string`);
      if (known === undefined) return quote(code);
      return known.startsWith('%')
        ? `formatDateTime(${time}, ${quote(known)})`
        : known.replaceAll('T)', `${time})`);
    }),
    time,
  );
}

/** For reading: the engine's parseDateTime has MySQL's codes. */
const PARSED = 'abcdefHhIijkMmprSsTWYy';

export function mysqlParseFormat(call: Call, format: string): string {
  for (const [, code] of format.matchAll(/%(.)/gsu))
    if (code !== undefined && /[A-Za-z]/.test(code) && !PARSED.includes(code))
      throw call.fail(`%${code} not supported in date format string`);
  return format.replaceAll('%s', '%S').replaceAll('%T', '%H:%i:%S').replaceAll('%r', '%h:%i:%S %p');
}

const JODA = 'CYywxdDEeMmahHKksSzZ';

export function jodaFormat(call: Call, time: string, format: string): string {
  const parts = [...format.matchAll(/'((?:[^']|'')*)'|(([A-Za-z])\3*)|([^A-Za-z']+)/gs)].map(
    ([, quoted, run, letter, text]) => {
      if (text !== undefined) return quote(text);
      if (run === undefined) return quote(quoted === '' ? "'" : (quoted ?? '').replaceAll("''", "'"));
      if (letter === 'S')
        return `rightPad(substring(leftPad(toString(toMillisecond(${time})), 3, '0'), 1, ${run.length}), ${run.length}, '0')`;
      if (letter === 'Z') return quote(run.length > 1 ? '+00:00' : '+0000');
      if (letter === undefined || !JODA.includes(letter)) throw call.fail(`Invalid format: "${format}"`);
      return `formatDateTimeInJodaSyntax(${time}, ${quote(run)})`;
    },
  );
  return joined(parts, time);
}

function joined(parts: readonly string[], time: string): string {
  const [first, ...rest] = parts;
  const text = first === undefined ? "''" : rest.length === 0 ? first : `concat(${parts.join(', ')})`;
  return `if(isNull(${time}), NULL, ${text})`;
}
