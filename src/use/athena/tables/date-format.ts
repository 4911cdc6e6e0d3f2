/** Dates in the patterns of Java's DateTimeFormatter, as far as partitions are named by them: y, M, d, H, m, s, and text in between. */
export type DateFormat = {
  readonly format: (time: number) => string;
  /** Milliseconds, UTC; undefined: it is no such date. */
  readonly parse: (text: string) => number | undefined;
  /** The smallest unit that is written. */
  readonly unit: DateUnit;
};

export type DateUnit = 'YEARS' | 'MONTHS' | 'DAYS' | 'HOURS' | 'MINUTES' | 'SECONDS';

const FIELDS = { y: 0, M: 1, d: 2, H: 3, m: 4, s: 5 } as const;
const UNITS: readonly DateUnit[] = ['YEARS', 'MONTHS', 'DAYS', 'HOURS', 'MINUTES', 'SECONDS'];

type Piece = { readonly text: string } | { readonly field: number; readonly width: number };

/** Undefined: a pattern that is not understood. */
export function dateFormat(pattern: string): DateFormat | undefined {
  const pieces = piecesOf(pattern);
  if (pieces === undefined) return undefined;
  const fields = pieces.flatMap((piece) => ('field' in piece ? [piece.field] : []));
  if (fields.length === 0) return undefined;
  const source = pieces.map((piece) =>
    'text' in piece ? piece.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : `(\\d{${piece.width},4})`,
  );
  const matcher = new RegExp(`^${source.join('')}$`);
  return {
    unit: UNITS[Math.max(...fields)] ?? 'DAYS',
    format: (time) => {
      const parts = partsOf(time);
      return pieces
        .map((piece) =>
          'text' in piece ? piece.text : String(parts[piece.field] ?? 0).padStart(piece.width, '0'),
        )
        .join('');
    },
    parse: (text) => {
      const match = matcher.exec(text);
      if (match === null) return undefined;
      const parts = [1970, 1, 1, 0, 0, 0];
      fields.forEach((field, index) => (parts[field] = Number(match[index + 1])));
      const [y = 0, M = 1, d = 1, H = 0, m = 0, s = 0] = parts;
      return Date.UTC(y, M - 1, d, H, m, s);
    },
  };
}

function piecesOf(pattern: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const match of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)) {
    const [whole, quoted, letter] = match;
    if (quoted !== undefined) pieces.push({ text: quoted === '' ? "'" : quoted.replaceAll("''", "'") });
    else if (letter === undefined) pieces.push({ text: whole });
    else if (letter in FIELDS && whole.length <= (letter === 'y' ? 4 : 2))
      pieces.push({ field: FIELDS[letter as keyof typeof FIELDS], width: whole.length });
    else return undefined;
  }
  return pieces;
}

function partsOf(time: number): readonly number[] {
  const date = new Date(time);
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
}

export function addUnits(time: number, count: number, unit: DateUnit): number {
  const parts = [...partsOf(time)];
  const at = UNITS.indexOf(unit);
  parts[at] = (parts[at] ?? 0) + count;
  const [y = 0, M = 1, d = 1, H = 0, m = 0, s = 0] = parts;
  return Date.UTC(y, M - 1, d, H, m, s);
}

/** `NOW`, `NOW-3YEARS`, `NOW+1DAY`, or a date in the format. */
export function readMoment(text: string, format: DateFormat, now: number): number | undefined {
  const match = /^NOW(?:\s*([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?)?$/i.exec(text.trim());
  if (match === null) return format.parse(text.trim());
  const [, sign, count, unit] = match;
  if (unit === undefined) return now;
  const steps = Number(count) * (sign === '-' ? -1 : 1);
  if (unit.toUpperCase() === 'WEEK') return addUnits(now, steps * 7, 'DAYS');
  return addUnits(now, steps, `${unit.toUpperCase()}S` as DateUnit);
}
