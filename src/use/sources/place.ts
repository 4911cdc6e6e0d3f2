import type { Place, SourceDeps, SourceKey } from './deps.ts';
import type { SourceRow } from './settings.ts';

export function placeOf(
  { open }: Pick<SourceDeps, 'open'>,
  row: Pick<SourceRow, 'place' | 'place_region' | 'sealed_key'>,
): Place {
  const opened = row.sealed_key === null ? undefined : open(row.sealed_key);
  const key = opened === undefined ? undefined : (JSON.parse(opened) as SourceKey);
  return { at: row.place, region: row.place_region, key };
}
