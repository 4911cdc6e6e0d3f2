import { coerce, asTime } from '../compile/coerce.ts';
import { engineType, quote, type Value } from '../compile/value.ts';
import { zoned } from '../compile/zone.ts';
import { BIGINT, DATE, DAYS, DOUBLE, TIMESTAMP, timestampTz, VARCHAR } from '../types/type.ts';
import { UNIT_MILLISECONDS } from '../types/units.ts';
import { of, type Call } from './call-args.ts';
import { jodaFormat, mysqlFormat, mysqlParseFormat } from './date-formats.ts';
import { one, takes, three, two, type Functions } from './spec.ts';

const UTC = timestampTz('UTC');
const part = (make: (time: string) => string) => one((call) => of(BIGINT, make(call.time(0).sql)));

/** Parts of a date, by the names that EXTRACT and the functions have. Weeks are ISO's, days of the week 1 (Monday) to 7. */
const PARTS: Readonly<Record<string, (time: string) => string>> = {
  year: (time) => `toYear(${time})`,
  quarter: (time) => `toQuarter(${time})`,
  month: (time) => `toMonth(${time})`,
  week: (time) => `toISOWeek(${time})`,
  week_of_year: (time) => `toISOWeek(${time})`,
  year_of_week: (time) => `toISOYear(${time})`,
  yow: (time) => `toISOYear(${time})`,
  day: (time) => `toDayOfMonth(${time})`,
  day_of_month: (time) => `toDayOfMonth(${time})`,
  day_of_week: (time) => `toDayOfWeek(${time})`,
  dow: (time) => `toDayOfWeek(${time})`,
  day_of_year: (time) => `toDayOfYear(${time})`,
  doy: (time) => `toDayOfYear(${time})`,
  hour: (time) => `toHour(${time})`,
  minute: (time) => `toMinute(${time})`,
  second: (time) => `toSecond(${time})`,
  millisecond: (time) => `toMillisecond(${time})`,
};

/** https://trino.io/docs/current/functions/datetime.html */
export const DATE_FUNCTIONS: Functions = {
  ...Object.fromEntries(Object.entries(PARTS).map(([name, make]) => [name, part(make)])),
  extract: two((call) => {
    const name = call.constant(0);
    const make = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    if (!make) throw call.fail(`Invalid EXTRACT field: ${name}`);
    return of(BIGINT, make(call.time(1).sql));
  }),
  now: takes(0, 0, () => of(UTC, "now64(3, 'UTC')")),
  current_timestamp: takes(0, 0, () => of(UTC, "now64(3, 'UTC')")),
  localtimestamp: takes(0, 0, () => of(TIMESTAMP, "now64(3, 'UTC')")),
  current_date: takes(0, 0, () => of(DATE, "toDate32(now('UTC'))")),
  current_timezone: takes(0, 0, () => of(VARCHAR, "'UTC'")),
  date: one((call) => {
    const value = call.value(0);
    return coerce(value, DATE, call.expr.place);
  }),
  date_trunc: two((call) => {
    const unit = unitOf(call, 0);
    const time = call.time(1);
    const truncated = `dateTrunc(${quote(unit)}, ${time.sql})`;
    return of(time.type, `CAST(${truncated}, ${quote(engineType(time.type))})`);
  }),
  date_add: three((call) => {
    const [unit, count, time] = [unitOf(call, 0), call.integer(1).sql, call.time(2)];
    if (
      time.type.kind === 'date' &&
      UNIT_MILLISECONDS[unit] !== undefined &&
      unit !== 'day' &&
      unit !== 'week'
    )
      throw call.fail(`${unit} is not a valid DATE field`);
    return of(time.type, `${ADDERS[unit] ?? 'addDays'}(${time.sql}, ${count})`);
  }),
  date_diff: three((call) => dateDiff(call)),
  from_unixtime: takes(1, 2, (call) => {
    const utc = of(UTC, `fromUnixTimestamp64Milli(toInt64(round(${call.double(0).sql} * 1000)), 'UTC')`);
    return call.count === 1 ? utc : zoned(utc, call.text(1), call.expr.place);
  }),
  to_unixtime: one((call) => of(DOUBLE, `divide(toUnixTimestamp64Milli(${moment(call.time(0))}), 1000)`)),
  from_iso8601_timestamp: one((call) =>
    of(UTC, `parseDateTime64BestEffort${call.lenient ? 'OrNull' : ''}(${call.text(0).sql}, 3, 'UTC')`),
  ),
  from_iso8601_date: one((call) => of(DATE, `toDate32${call.lenient ? 'OrNull' : ''}(${call.text(0).sql})`)),
  to_iso8601: one((call) => {
    const { sql, type } = call.time(0);
    if (type.kind === 'date') return of(VARCHAR, `toString(${sql})`);
    const zone = type.kind === 'timestamp tz' ? `, 'Z'` : '';
    return of(
      VARCHAR,
      `concat(formatDateTime(toTimeZone(${sql}, 'UTC'), '%Y-%m-%dT%H:%i:%S'), '.', leftPad(toString(toMillisecond(${sql})), 3, '0')${zone})`,
    );
  }),
  date_format: two((call) => of(VARCHAR, mysqlFormat(call, moment(call.time(0)), call.constant(1)))),
  date_parse: two((call) => {
    const format = mysqlParseFormat(call, call.constant(1));
    return of(
      TIMESTAMP,
      `CAST(parseDateTime${call.lenient ? 'OrNull' : ''}(${call.text(0).sql}, ${quote(format)}, 'UTC'), ${quote(engineType(TIMESTAMP))})`,
    );
  }),
  format_datetime: two((call) => of(VARCHAR, jodaFormat(call, moment(call.time(0)), call.constant(1)))),
  parse_datetime: two((call) =>
    of(
      UTC,
      `CAST(parseDateTimeInJodaSyntax${call.lenient ? 'OrNull' : ''}(${call.text(0).sql}, ${quote(call.constant(1))}, 'UTC'), ${quote(engineType(UTC))})`,
    ),
  ),
  at_timezone: two((call) => zoned(call.time(0), call.text(1), call.expr.place)),
  with_timezone: two((call) => {
    const zone = zoned(of(UTC, "now64(3, 'UTC')"), call.text(1), call.expr.place).type;
    return of(
      zone,
      `parseDateTime64BestEffortOrNull(toString(toTimeZone(${moment(call.time(0))}, 'UTC')), 3, ${zone.kind === 'timestamp tz' ? quote(zone.zone) : "'UTC'"})`,
    );
  }),
  last_day_of_month: one((call) => of(DATE, `toDate32(toLastDayOfMonth(${call.time(0).sql}))`)),
  human_readable_seconds: one((call) => of(VARCHAR, `formatReadableTimeDelta(${call.double(0).sql})`)),
  parse_duration: one((call) => {
    const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(call.constant(0));
    const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match?.[2] ?? ''];
    if (!match || unit === undefined) throw call.fail(`Invalid duration: ${call.constant(0)}`);
    return of(DAYS, `toInt64(${Math.round(Number(match[1]) * unit)})`);
  }),
  to_milliseconds: one((call) => {
    const value = call.value(0);
    if (value.type.kind !== 'interval day to second')
      throw call.fail('to_milliseconds needs an interval day to second');
    return of(BIGINT, value.sql);
  }),
};

const ADDERS: Readonly<Record<string, string>> = {
  millisecond: 'addMilliseconds',
  second: 'addSeconds',
  minute: 'addMinutes',
  hour: 'addHours',
  day: 'addDays',
  week: 'addWeeks',
  month: 'addMonths',
  quarter: 'addQuarters',
  year: 'addYears',
};

function unitOf(call: Call, n: number): string {
  const unit = call.constant(n).toLowerCase();
  if (!Object.hasOwn(ADDERS, unit)) throw call.fail(`'${unit}' is not a valid TIMESTAMP field`);
  return unit;
}

/** As a timestamp: dates are their midnight. */
function moment(value: Value): string {
  return value.type.kind === 'date' ? `CAST(${value.sql}, ${quote(engineType(TIMESTAMP))})` : value.sql;
}

/** Whole units that lie between, not borders that are crossed. */
function dateDiff(call: Call): Value {
  const unit = unitOf(call, 0);
  const [from, to] = [call.time(1), call.time(2)].map((value) => moment(asTime(value, value.type))) as [
    string,
    string,
  ];
  const milliseconds = Object.hasOwn(UNIT_MILLISECONDS, unit) ? UNIT_MILLISECONDS[unit] : undefined;
  if (milliseconds !== undefined)
    return of(
      BIGINT,
      `intDiv(minus(toUnixTimestamp64Milli(${to}), toUnixTimestamp64Milli(${from})), ${milliseconds})`,
    );
  return of(BIGINT, `age(${quote(unit)}, ${from}, ${to})`);
}
