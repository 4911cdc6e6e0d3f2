export type ColumnChoice = { readonly id: string; readonly visible: boolean };

/** What was chosen before, without columns that are gone, with those that have come since. */
export function columnDisplay(
  columns: readonly { readonly id: string; readonly shown: boolean }[],
  chosen: readonly ColumnChoice[] | undefined,
): readonly ColumnChoice[] {
  const known = new Set(columns.map(({ id }) => id));
  const kept = (chosen ?? []).filter((choice) => known.has(choice.id));
  const named = new Set(kept.map(({ id }) => id));
  const added = columns
    .filter(({ id }) => !named.has(id))
    .map(({ id, shown }) => ({ id, visible: chosen === undefined && shown }));
  return [...kept, ...added];
}
