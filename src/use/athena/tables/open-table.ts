import type { HiveField, LogFile, LogFileTable } from '../../../store/contract.ts';
import { userFailure } from '../athena-errors.ts';
import type { Catalog, CatalogTable, Partition } from '../catalog/catalog.ts';
import type { AthenaDeps, QueryCaller } from '../deps.ts';
import { isWithin, type BoundsByColumn } from './bounds.ts';
import { listFiles, type BucketFiles } from './list-files.ts';
import { isProjected, projectedPartitions } from './projection.ts';

export type OpenTable = {
  readonly table: CatalogTable & { readonly kind: 'table' };
  readonly bounds: BoundsByColumn;
  /** Lower-case names that the statement mentions; undefined: all columns. */
  readonly needed: ReadonlySet<string> | undefined;
  readonly caller: QueryCaller;
  readonly signal: AbortSignal;
  /** Told before anything is read. Throws to stop it. */
  readonly scanning: (bytes: number) => void;
};

type Deps = Pick<AthenaDeps, 'buckets' | 'logFiles' | 'clock'> & { readonly catalog: Catalog };

/** A table's rows as a view of the engine, of the files that are there now. */
export async function openTable(deps: Deps, open: OpenTable): Promise<LogFileTable> {
  const { table, bounds, needed, caller, signal } = open;
  const { definition } = table;
  const partitions = await partitionsOf(deps, open);
  const listed = await listFiles({ partitions, buckets: deps.buckets, caller, signal });
  const files = oneBucket(listed, table.name, bounds.get('eventtime')?.from);
  open.scanning(files.files.reduce((sum, { size }) => sum + size, 0));
  const ignore = definition.serdeProperties['ignore.malformed.json'] ?? '';
  return deps.logFiles.open(
    {
      bucket: `${deps.buckets.name}/${files.bucket}`,
      files: files.files,
      columns: definition.columns.map(({ name, type }): HiveField => ({ name, type })),
      partitionColumns: definition.partitionedBy.map(({ name }) => name),
      needed,
      ignoreMalformed: ignore.toLowerCase() === 'true',
      read: (key) => deps.buckets.get({ bucket: files.bucket, key }, caller),
    },
    signal,
  );
}

async function partitionsOf(
  { catalog, clock }: Deps,
  { table, bounds }: OpenTable,
): Promise<readonly Partition[]> {
  const { definition } = table;
  if (definition.partitionedBy.length === 0) return [{ values: [], location: definition.location }];
  if (isProjected(definition)) return projectedPartitions(definition, { bounds, now: clock.now() });
  const isNumber = definition.partitionedBy.map(
    ({ type }) => type.kind === 'plain' && /int$/.test(type.name),
  );
  return (await catalog.partitions(table)).filter(({ values }) =>
    definition.partitionedBy.every(({ name }, index) =>
      isWithin(values[index] ?? '', bounds.get(name), isNumber[index]),
    ),
  );
}

function oneBucket(listed: readonly BucketFiles[], table: string, since: string | undefined): BucketFiles {
  const used = listed.filter(({ files }) => files.length > 0);
  if (used.length > 1)
    throw userFailure(
      `NOT_SUPPORTED: the partitions of ${table} are in several buckets (${used.map(({ bucket }) => bucket).join(', ')}).`,
    );
  const { bucket, files } = used[0] ?? listed[0] ?? { bucket: '', files: [] };
  return { bucket, files: since === undefined ? files : files.filter((file) => mayHoldSince(file, since)) };
}

const DAY_MS = 86_400_000;

/**
 * A file lies in the folder of the day on which it was delivered, which is never before its events: those of earlier days (and one more, for
 * clocks) hold nothing since then. Not so the other way: an event may be delivered late.
 */
function mayHoldSince({ key }: LogFile, since: string): boolean {
  const day = /\/CloudTrail(?:-[A-Za-z]+)?\/[a-z0-9-]+\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]*$/.exec(key);
  if (day === null) return true;
  const time = Date.parse(`${since.slice(0, 10)}T00:00:00Z`);
  const delivered = Date.parse(`${day[1]}-${day[2]}-${day[3]}T00:00:00Z`);
  if (Number.isNaN(time) || Number.isNaN(delivered)) return true;
  return delivered >= time - DAY_MS;
}
