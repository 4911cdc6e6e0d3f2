import type { Content, CustomTableLayout, Style, TableCell } from 'pdfmake';

export const INK = '#16202c';
export const MUTED = '#5b6876';
export const ACCENT = '#0b6e6e';
export const LIGHT = '#e8f1f1';
export const RULE = '#cfd8dc';
export const GOOD = '#1b7a3d';
export const BAD = '#b3261e';
export const WARN = '#9a6700';

export const STYLES: Readonly<Record<string, Style>> = {
  title: { fontSize: 26, bold: true, color: INK },
  subtitle: { fontSize: 12, color: MUTED },
  heading: { fontSize: 15, bold: true, color: ACCENT, margin: [0, 18, 0, 6] },
  subheading: { fontSize: 10.5, bold: true, color: INK, margin: [0, 10, 0, 4] },
  text: { fontSize: 9.5, color: INK, lineHeight: 1.25 },
  note: { fontSize: 8.5, color: MUTED, lineHeight: 1.2 },
  cell: { fontSize: 8, color: INK },
  head: { fontSize: 8, bold: true, color: MUTED },
  figure: { fontSize: 20, bold: true, color: INK },
  label: { fontSize: 8, color: MUTED },
  mono: { fontSize: 8, color: INK },
};

/** Thin rules between rows, none at the sides. */
const ROWS: CustomTableLayout = {
  hLineWidth: (at, { table: { body } }) => (at === body.length ? 0 : at <= 1 ? 0.8 : 0.4),
  vLineWidth: () => 0,
  hLineColor: (at) => (at <= 1 ? ACCENT : RULE),
  paddingLeft: () => 3,
  paddingRight: () => 3,
  paddingTop: () => 2.5,
  paddingBottom: () => 2.5,
};

export type Column = { readonly title: string; readonly width: string | number; readonly right?: boolean };

/** A table whose header is repeated on each page; a word where it has no rows. */
export function rowsTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  empty: string,
): Content {
  if (rows.length === 0) return { text: empty, style: 'note' };
  const cell = (text: string, at: number, style: string): TableCell => ({
    text: breakable(text),
    style,
    alignment: columns[at]?.right ? 'right' : 'left',
  });
  return {
    layout: ROWS,
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: columns.map(({ width }) => width),
      body: [
        columns.map(({ title }, at) => cell(title, at, 'head')),
        ...rows.map((row) => row.map((text, at) => cell(text, at, 'cell'))),
      ],
    },
  };
}

/** Long ARNs and names may break anywhere; control characters are not printed. */
export function breakable(text: string): string {
  return text
    .slice(0, 300)
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
    .replace(/([/:._@-])(?=\S)/g, '$1\u200b')
    .replace(/([^\s\u200b]{24})(?=[^\s\u200b])/g, '$1\u200b');
}

export function figures(
  given: readonly (readonly [label: string, value: string, colour?: string])[],
): Content {
  return {
    layout: {
      hLineWidth: () => 0,
      vLineWidth: () => 0,
      fillColor: () => LIGHT,
      paddingTop: () => 6,
      paddingBottom: () => 6,
    },
    margin: [0, 6, 0, 6],
    table: {
      widths: given.map(() => '*'),
      body: [
        given.map(([label, value, color]): TableCell => ({
          stack: [
            { text: value, style: 'figure', ...(color === undefined ? {} : { color }) },
            { text: label, style: 'label' },
          ],
          margin: [4, 0, 0, 0],
        })),
      ],
    },
  };
}
