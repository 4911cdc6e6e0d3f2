import type { ResultColumn, ResultPage } from './run-query.ts';

export type Format = 'table' | 'json' | 'csv';

/** Prints pages as they come. */
export type Printer = (page: ResultPage) => string;

/** `cut`: cells of a table are at most that long; Infinity for a pipe. */
export function printerFor(format: Format, cut: number): Printer {
  if (format === 'json') return ({ columns, rows }) => rows.map((row) => jsonLine(columns, row)).join('');
  return format === 'csv' ? csvPrinter() : tablePrinter(cut);
}

/** One object a line, with numbers and booleans as such where JSON can hold them. */
function jsonLine(columns: readonly ResultColumn[], row: readonly (string | null)[]): string {
  const seen = new Map<string, number>();
  const entries = columns.map(({ Name, Type }, index) => {
    const times = (seen.get(Name) ?? 0) + 1;
    seen.set(Name, times);
    return [times === 1 ? Name : `${Name}_${times}`, valueOf(row[index] ?? null, Type)] as const;
  });
  return `${JSON.stringify(Object.fromEntries(entries))}\n`;
}

function valueOf(text: string | null, type: string): string | number | boolean | null {
  if (text === null) return null;
  if (type === 'boolean') return text === 'true';
  if (!/^(tinyint|smallint|integer|bigint|double|real)/.test(type)) return text;
  const number = Number(text);
  const fits = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
  return fits ? number : text;
}

/** RFC 4180; NULL is an empty field, an empty text stands in quotes. */
function csvPrinter(): Printer {
  let isFirst = true;
  const field = (text: string | null) => {
    if (text === null) return '';
    return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return ({ columns, rows }) => {
    const lines = rows.map((row) => row.map(field).join(','));
    const header = isFirst ? [columns.map(({ Name }) => field(Name)).join(',')] : [];
    isFirst = false;
    return [...header, ...lines].map((line) => `${line}\r\n`).join('');
  };
}

/** Widths follow from the first page. Numbers stand to the right. */
function tablePrinter(cut: number): Printer {
  let widths: readonly number[] | undefined;
  return ({ columns, rows }) => {
    const cells = rows.map((row) => row.map((text) => shown(text, cut)));
    const header = columns.map(({ Name }) => shown(Name, cut));
    const isFirst = widths === undefined;
    widths ??= header.map((name, column) =>
      Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
    );
    const right = columns.map(({ Type }) =>
      /^(tinyint|smallint|integer|bigint|double|real|decimal)/.test(Type),
    );
    const line = (row: readonly string[]) =>
      row
        .map((cell, at) => (right[at] ? cell.padStart(widths?.[at] ?? 0) : cell.padEnd(widths?.[at] ?? 0)))
        .join('  ')
        .trimEnd();
    const rule = widths.map((width) => '─'.repeat(width)).join('  ');
    const head = isFirst ? [line(header), rule] : [];
    return [...head, ...cells.map(line)].map((text) => `${text}\n`).join('');
  };
}

/** Nothing of a record may move the terminal's cursor. */
function shown(text: string | null, cut: number): string {
  if (text === null) return '∅';
  const plain = text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (control) => (control === '\n' ? '⏎' : control === '\t' ? ' ' : '·'),
  );
  return plain.length > cut ? `${plain.slice(0, Math.max(0, cut - 1))}…` : plain;
}
