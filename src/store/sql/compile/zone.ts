import { invalidSql, type Place } from '../invalid-sql.ts';
import { isTime, timestampTz, typeName } from '../types/type.ts';
import { quote, type Value } from './value.ts';

/** The same moment in another zone. The zone must be known when the statement is read. */
export function zoned(value: Value, zone: Value, place?: Place): Value {
  const name = zoneName(zone, place);
  if (!isTime(value.type))
    throw invalidSql(`AT TIME ZONE needs a timestamp, not ${typeName(value.type)}`, place);
  const moment =
    value.type.kind === 'date' ? `CAST(${value.sql}, 'Nullable(DateTime64(3, \\'UTC\\'))')` : value.sql;
  return { sql: `toTimeZone(${moment}, ${quote(name)})`, type: timestampTz(name) };
}

export function zoneName({ constant }: Value, place?: Place): string {
  if (constant === undefined) throw invalidSql('a time zone must be a literal', place);
  const hours = /^([+-])(\d{2}):00$/.exec(constant);
  if (hours) return `Etc/GMT${hours[1] === '+' ? '-' : '+'}${Number(hours[2])}`;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: constant }).resolvedOptions().timeZone === ''
      ? 'UTC'
      : constant;
  } catch (cause) {
    throw Object.assign(invalidSql(`Time zone not supported: ${constant}`, place), { cause });
  }
}
