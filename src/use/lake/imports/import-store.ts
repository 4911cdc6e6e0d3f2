import type { ImportDeps } from './deps.ts';
import type { FailureRow, ImportRow, PrefixRow } from './settings.ts';

type Deps = Pick<ImportDeps, 'settings' | 'clock'>;

export const UNDER_WAY = ['INITIALIZING', 'IN_PROGRESS'] as const;

export function isUnderWay(status: string): boolean {
  return UNDER_WAY.some((one) => one === status);
}

export function findImport({ settings }: Deps, id: string): Promise<ImportRow | undefined> {
  return settings.selectFrom('lake_imports').selectAll().where('id', '=', id).executeTakeFirst();
}

export function importsUnderWay({ settings }: Deps): Promise<readonly ImportRow[]> {
  return settings
    .selectFrom('lake_imports')
    .selectAll()
    .where('status', 'in', [...UNDER_WAY])
    .orderBy('created_at')
    .execute();
}

/** A new import of an account that has none under way; false: it has one. */
export async function addImport({ settings }: Deps, row: ImportRow): Promise<boolean> {
  return settings.transaction().execute(async (tx) => {
    const other = await tx
      .selectFrom('lake_imports')
      .select('id')
      .where('account', '=', row.account)
      .where('region', '=', row.region)
      .where('status', 'in', [...UNDER_WAY])
      .executeTakeFirst();
    if (other !== undefined) return false;
    await tx.insertInto('lake_imports').values(row).execute();
    return true;
  });
}

/** Goes on with one that has ended, failed files first; false: another of the account is under way. */
export async function reopenImport({ settings, clock }: Deps, row: ImportRow): Promise<boolean> {
  return settings.transaction().execute(async (tx) => {
    const other = await tx
      .selectFrom('lake_imports')
      .select('id')
      .where('account', '=', row.account)
      .where('region', '=', row.region)
      .where('status', 'in', [...UNDER_WAY])
      .executeTakeFirst();
    if (other !== undefined) return false;
    await tx
      .updateTable('lake_import_failures')
      .set({ status: 'RETRY', updated_at: clock.now() })
      .where('import_id', '=', row.id)
      .where('status', '=', 'FAILED')
      .execute();
    // What never came to its end of listing begins with it again.
    const status = row.prefixes_found > 0 ? 'IN_PROGRESS' : 'INITIALIZING';
    await tx
      .updateTable('lake_imports')
      .set({ status, updated_at: clock.now() })
      .where('id', '=', row.id)
      .execute();
    return true;
  });
}

/** Ends one that is under way; false: it had ended. */
export async function endImport(
  { settings, clock }: Deps,
  id: string,
  status: 'STOPPED' | 'FAILED' | 'COMPLETED',
): Promise<boolean> {
  const changed = await settings
    .updateTable('lake_imports')
    .set({ status, updated_at: clock.now() })
    .where('id', '=', id)
    .where('status', 'in', [...UNDER_WAY])
    .executeTakeFirst();
  return Number(changed.numUpdatedRows) > 0;
}

export function failures(
  { settings }: Deps,
  id: string,
  status?: FailureRow['status'],
): Promise<readonly FailureRow[]> {
  const all = settings.selectFrom('lake_import_failures').selectAll().where('import_id', '=', id);
  return (status === undefined ? all : all.where('status', '=', status)).orderBy('location').execute();
}

export async function countFailures({ settings }: Deps, id: string): Promise<number> {
  const row = await settings
    .selectFrom('lake_import_failures')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('import_id', '=', id)
    .where('status', '!=', 'SUCCEEDED')
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The folders that were found take the place of those of an earlier listing. */
export async function setPrefixes(
  { settings, clock }: Deps,
  id: string,
  prefixes: readonly string[],
): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('lake_import_prefixes').where('import_id', '=', id).execute();
    for (let at = 0; at < prefixes.length; at += 100) {
      const rows = prefixes
        .slice(at, at + 100)
        .map((prefix) => ({ import_id: id, prefix, after: '', done: 0 }));
      await tx.insertInto('lake_import_prefixes').values(rows).execute();
    }
    await tx
      .updateTable('lake_imports')
      .set({ status: 'IN_PROGRESS', prefixes_found: prefixes.length, updated_at: clock.now() })
      .where('id', '=', id)
      .where('status', '=', 'INITIALIZING')
      .execute();
  });
}

export function openPrefixes({ settings }: Deps, id: string): Promise<readonly PrefixRow[]> {
  return settings
    .selectFrom('lake_import_prefixes')
    .selectAll()
    .where('import_id', '=', id)
    .where('done', '=', 0)
    .orderBy('prefix')
    .execute();
}

/** What is about to be written. */
export async function notePending(
  { settings }: Deps,
  id: string,
  pending: { readonly through: string; readonly events: number },
): Promise<void> {
  await settings
    .updateTable('lake_imports')
    .set({ pending_through: pending.through, pending_events: pending.events })
    .where('id', '=', id)
    .execute();
}

export type Progress = {
  readonly files: number;
  readonly events: number;
  /** How far each folder is done with. */
  readonly reached: readonly Pick<PrefixRow, 'prefix' | 'after' | 'done'>[];
  readonly failed: readonly Failed[];
  readonly succeeded: readonly string[];
};

export type Failed = { readonly location: string; readonly type: string; readonly message: string };

/** All of it or nothing. */
export async function noteProgress({ settings, clock }: Deps, id: string, progress: Progress): Promise<void> {
  const now = clock.now();
  await settings.transaction().execute(async (tx) => {
    for (const { prefix, after, done } of progress.reached)
      await tx
        .updateTable('lake_import_prefixes')
        .set({ after, done })
        .where('import_id', '=', id)
        .where('prefix', '=', prefix)
        .execute();
    for (const { location, type, message } of progress.failed) {
      const told = { status: 'FAILED', error_type: type, error_message: message, updated_at: now };
      await tx
        .insertInto('lake_import_failures')
        .values({ import_id: id, location, ...told })
        .onConflict((conflict) => conflict.columns(['import_id', 'location']).doUpdateSet(told))
        .execute();
    }
    for (const location of progress.succeeded)
      await tx
        .updateTable('lake_import_failures')
        .set({ status: 'SUCCEEDED', updated_at: now })
        .where('import_id', '=', id)
        .where('location', '=', location)
        .execute();
    const completed = progress.reached.filter(({ done }) => done === 1).length;
    await tx
      .updateTable('lake_imports')
      .set((eb) => ({
        files: eb('files', '+', progress.files),
        events: eb('events', '+', progress.events),
        prefixes_completed: eb('prefixes_completed', '+', completed),
        pending_through: null,
        pending_events: 0,
        updated_at: now,
      }))
      .where('id', '=', id)
      .execute();
  });
}
