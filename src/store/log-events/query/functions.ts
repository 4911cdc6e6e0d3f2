import { asNumber, asText, boolean, number, text, time, type Value } from './values.ts';

export type Build = (args: readonly Value[]) => Value;

const first = (args: readonly Value[]): Value => args[0] ?? text('NULL');
const texts = (args: readonly Value[]): string => args.map(asText).join(', ');
const numbers = (args: readonly Value[]): string => args.map(asNumber).join(', ');

const ofText =
  (name: string): Build =>
  (args) =>
    text(`${name}(${texts(args)})`);
const ofNumber =
  (name: string): Build =>
  (args) =>
    number(`${name}(${numbers(args)})`);
const check =
  (name: string): Build =>
  (args) =>
    boolean(`${name}(${asText(first(args))})`);

/** Whole multiples of a span since 1970, downwards. */
const floorTo = (value: string, span: string): string => `toInt64(floor(${value} / ${span}) * ${span})`;

/** What LOG_FUNCTIONS mean; `bin` gets the time of the event before its span. */
export const FUNCTIONS: Readonly<Record<string, Build>> = {
  abs: ofNumber('abs'),
  bin: ([at, span]) => time(floorTo(asNumber(at ?? text('NULL')), (span ?? number('1')).sql)),
  ceil: ofNumber('ceil'),
  coalesce: (args) =>
    args.every(({ type }) => type === first(args).type)
      ? { ...first(args), sql: `coalesce(${args.map(({ sql }) => sql).join(', ')})` }
      : text(`coalesce(${texts(args)})`),
  concat: ofText('concat'),
  dateceil: ([at, span]) => {
    const size = (span ?? number('1')).sql;
    return time(`toInt64(ceil(${asNumber(at ?? text('NULL'))} / ${size}) * ${size})`);
  },
  datefloor: ([at, span]) => time(floorTo(asNumber(at ?? text('NULL')), (span ?? number('1')).sql)),
  floor: ofNumber('floor'),
  frommillis: (args) => time(`toInt64(${asNumber(first(args))})`),
  greatest: ofNumber('greatest'),
  isblank: (args) => boolean(`(trimBoth(ifNull(${asText(first(args))}, '')) = '')`),
  isempty: (args) => boolean(`(ifNull(${asText(first(args))}, '') = '')`),
  isipinsubnet: ([ip, subnet]) => {
    const address = asText(ip ?? text('NULL'));
    const isAddress = `(isIPv4String(ifNull(${address}, '')) OR isIPv6String(ifNull(${address}, '')))`;
    const safe = `if(${isAddress}, ifNull(${address}, '0.0.0.0'), '0.0.0.0')`;
    return boolean(`(${isAddress} AND isIPAddressInRange(${safe}, ${(subnet ?? text("''")).sql}))`);
  },
  ispresent: (args) => boolean(`isNotNull(${first(args).sql})`),
  isvalidip: (args) => {
    const address = asText(first(args));
    return boolean(`(isIPv4String(${address}) OR isIPv6String(${address}))`);
  },
  isvalidipv4: check('isIPv4String'),
  isvalidipv6: check('isIPv6String'),
  least: ofNumber('least'),
  log: ofNumber('log'),
  ltrim: ofText('trimLeft'),
  replace: ofText('replaceAll'),
  rtrim: ofText('trimRight'),
  sqrt: ofNumber('sqrt'),
  strcontains: ([whole, part]) =>
    boolean(`(position(${asText(whole ?? text('NULL'))}, ${asText(part ?? text('NULL'))}) > 0)`),
  strlen: (args) => number(`lengthUTF8(${asText(first(args))})`),
  substr: ([whole, from, length]) => {
    const start = `toInt64(greatest(${asNumber(from ?? number('0'))}, 0)) + 1`;
    const rest = length === undefined ? '' : `, toInt64(greatest(${asNumber(length)}, 0))`;
    return text(`substringUTF8(${asText(whole ?? text('NULL'))}, ${start}${rest})`);
  },
  tolower: ofText('lowerUTF8'),
  tomillis: (args) => number(asNumber(first(args))),
  toupper: ofText('upperUTF8'),
  trim: ofText('trimBoth'),
};

/** What LOG_AGGREGATES mean; `earliest` and `latest` get the time of the event last. */
export const AGGREGATES: Readonly<Record<string, Build>> = {
  avg: ofNumber('avg'),
  count: (args) => number(args.length === 0 ? 'count()' : `count(${first(args).sql})`),
  count_distinct: (args) => number(`uniqExact(${first(args).sql})`),
  earliest: ([value, at]) => asIs(value, (sql) => `argMin(${sql}, ${(at ?? number('0')).sql})`),
  latest: ([value, at]) => asIs(value, (sql) => `argMax(${sql}, ${(at ?? number('0')).sql})`),
  max: ofNumber('max'),
  min: ofNumber('min'),
  pct: ([value, percent]) =>
    number(`quantileExactInclusive(${percentOf(percent)})(${asNumber(value ?? text('NULL'))})`),
  sortsfirst: (args) => text(`min(${asText(first(args))})`),
  sortslast: (args) => text(`max(${asText(first(args))})`),
  stddev: ofNumber('stddevPop'),
  sum: ofNumber('sum'),
};

/** The engine takes a level as a parameter of the function only, which is written out: it is a number that the parser read. */
function percentOf(percent: Value | undefined): string {
  const level = Number(percent?.constant ?? 50) / 100;
  return Math.min(1, Math.max(0, Number.isFinite(level) ? level : 0.5)).toFixed(6);
}

/** Times that are aggregated are numbers, as AWS shows them (fromMillis makes them times again). */
function asIs(value: Value | undefined, build: (sql: string) => string): Value {
  const given = value ?? text('NULL');
  const type = given.type === 'time' ? 'number' : given.type;
  return { sql: build(given.sql), type };
}
