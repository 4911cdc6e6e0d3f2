/** Rows of a query, in the order of its columns. */
export type Results = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
};

export function isNumeric(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

/**
 * Milliseconds of what is written as a moment: `2026-01-02 03:04:05.000`, `2026-01-02T03:04:05Z`, `2026-01-02`. Without a zone it is UTC,
 * as both query languages write it.
 */
export function momentOf(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?: ?(?:Z|UTC))?)?$/.exec(
    text.trim(),
  );
  if (!match) return undefined;
  const ms = Date.parse(`${match[1]}T${match[2] ?? '00:00'}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
