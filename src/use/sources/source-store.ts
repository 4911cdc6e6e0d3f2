import { readLogFileName } from '../../aws/log-file-name.ts';
import type { SourceDeps, TakenFile } from './deps.ts';
import type { AccountRow, GapRow, SetAsideRow, SourceRow } from './settings.ts';

type Deps = Pick<SourceDeps, 'settings' | 'clock'>;

/** Set aside at most, the newest, for each source. */
const MOST_SET_ASIDE = 1000;
const MOST_TEXT = 2000;

export function allSources({ settings }: Deps): Promise<readonly SourceRow[]> {
  return settings.selectFrom('followed_sources').selectAll().orderBy('name').execute();
}

export function findSource(
  { settings }: Deps,
  where: { readonly account: string; readonly region: string; readonly name: string },
): Promise<SourceRow | undefined> {
  return settings
    .selectFrom('followed_sources')
    .selectAll()
    .where((eb) => eb.and(where))
    .executeTakeFirst();
}

/** False: there is one of that name. */
export async function addSource({ settings }: Deps, row: SourceRow): Promise<boolean> {
  const added = await settings
    .insertInto('followed_sources')
    .values(row)
    .onConflict((conflict) => conflict.columns(['account', 'region', 'name']).doNothing())
    .executeTakeFirst();
  return Number(added.numInsertedOrUpdatedRows ?? 0) > 0;
}

/** With all that is known of it. What was taken stays where it is. */
export async function removeSource({ settings }: Deps, id: string): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('followed_sources').where('id', '=', id).execute();
    await tx.deleteFrom('followed_files').where('source_id', '=', id).execute();
    await tx.deleteFrom('followed_accounts').where('source_id', '=', id).execute();
    await tx.deleteFrom('followed_set_aside').where('source_id', '=', id).execute();
    await tx.deleteFrom('followed_gaps').where('source_id', '=', id).execute();
  });
}

/** Which of the files are done with. */
export async function isDone(
  { settings }: Deps,
  id: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const done = new Set<string>();
  for (let at = 0; at < keys.length; at += 200) {
    const rows = await settings
      .selectFrom('followed_files')
      .select('key')
      .where('source_id', '=', id)
      .where('key', 'in', keys.slice(at, at + 200))
      .execute();
    for (const { key } of rows) done.add(key);
  }
  return done;
}

/** Keys that are done with, below a folder. */
export async function doneBelow(
  { settings }: Deps,
  id: string,
  prefix: string,
): Promise<ReadonlySet<string>> {
  const rows = await settings
    .selectFrom('followed_files')
    .select('key')
    .where('source_id', '=', id)
    .where('key', '>=', prefix)
    .where('key', '<', `${prefix}\u{10ffff}`)
    .execute();
  return new Set(rows.map(({ key }) => key));
}

/** The last key that is done with, below a folder. */
export async function lastBelow({ settings }: Deps, id: string, prefix: string): Promise<string | undefined> {
  const row = await settings
    .selectFrom('followed_files')
    .select('key')
    .where('source_id', '=', id)
    .where('key', '>=', prefix)
    .where('key', '<', `${prefix}\u{10ffff}`)
    .orderBy('key', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.key;
}

/** `outcome` undefined: it was set aside whole. */
export type Taken = { readonly key: string; readonly outcome: TakenFile | undefined };

const NONE = { duplicates: 0, outside: 0 };

/** Files, accounts and sums in one transaction. */
export async function noteTaken(
  { settings, clock }: Deps,
  { id }: Pick<SourceRow, 'id'>,
  taken: readonly Taken[],
  { duplicates, outside }: { readonly duplicates: number; readonly outside: number } = NONE,
): Promise<void> {
  const now = clock.now();
  const sums = { files: 0, events: -duplicates - outside };
  const accounts = new Map<string, AccountRow>();
  for (const { key, outcome } of taken) {
    if (outcome === undefined) continue;
    const { account = 'unknown', time = 0 } = readLogFileName(key);
    const known = accounts.get(account);
    sums.files++;
    sums.events += outcome.events;
    accounts.set(account, {
      source_id: id,
      account,
      newest_event: Math.max(known?.newest_event ?? 0, outcome.newest * 1000),
      newest_file: Math.max(known?.newest_file ?? 0, time),
      taken_at: now,
      files: (known?.files ?? 0) + 1,
      events: (known?.events ?? 0) + outcome.events,
    });
  }
  await settings.transaction().execute(async (tx) => {
    const rows = taken.map(({ key }) => ({ source_id: id, key, time: readLogFileName(key).time ?? now }));
    for (let at = 0; at < rows.length; at += 200)
      await tx
        .insertInto('followed_files')
        .values(rows.slice(at, at + 200))
        .onConflict((conflict) => conflict.columns(['source_id', 'key']).doNothing())
        .execute();
    const keys = taken.map(({ key }) => key);
    for (let at = 0; at < keys.length; at += 200)
      await tx
        .deleteFrom('followed_gaps')
        .where('source_id', '=', id)
        .where('key', 'in', keys.slice(at, at + 200))
        .execute();
    for (const row of accounts.values()) await addToAccount(tx, row);
    await tx
      .updateTable('followed_sources')
      .set((eb) => ({
        files: eb('files', '+', sums.files),
        events: eb('events', '+', sums.events),
        duplicates: eb('duplicates', '+', duplicates),
        outside: eb('outside', '+', outside),
      }))
      .where('id', '=', id)
      .execute();
  });
}

async function addToAccount(tx: Deps['settings'], row: AccountRow): Promise<void> {
  const known = await tx
    .selectFrom('followed_accounts')
    .selectAll()
    .where('source_id', '=', row.source_id)
    .where('account', '=', row.account)
    .executeTakeFirst();
  const sum = {
    ...row,
    newest_event: Math.max(known?.newest_event ?? 0, row.newest_event),
    newest_file: Math.max(known?.newest_file ?? 0, row.newest_file),
    files: (known?.files ?? 0) + row.files,
    events: (known?.events ?? 0) + row.events,
  };
  await tx
    .insertInto('followed_accounts')
    .values(sum)
    .onConflict((conflict) => conflict.columns(['source_id', 'account']).doUpdateSet(sum))
    .execute();
}

export type Aside = {
  readonly kind: 'file' | 'message';
  readonly what: string;
  readonly reason: string;
  readonly text?: string;
};

export async function setAside(
  { settings, clock }: Deps,
  id: string,
  { kind, what, reason, text }: Aside,
): Promise<void> {
  const told = { kind, reason, text: (text ?? '').slice(0, MOST_TEXT), at: clock.now() };
  await settings
    .insertInto('followed_set_aside')
    .values({ source_id: id, what, ...told })
    .onConflict((conflict) => conflict.columns(['source_id', 'what']).doUpdateSet(told))
    .execute();
  const oldest = await settings
    .selectFrom('followed_set_aside')
    .select('at')
    .where('source_id', '=', id)
    .orderBy('at', 'desc')
    .offset(MOST_SET_ASIDE)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await settings
    .deleteFrom('followed_set_aside')
    .where('source_id', '=', id)
    .where('at', '<=', oldest.at)
    .execute();
}

export type NoticeCounts = {
  readonly notices: number;
  readonly test_notices: number;
  readonly foreign_objects: number;
  readonly repeated: number;
};

export async function countNotices(
  { settings, clock }: Deps,
  id: string,
  counts: NoticeCounts,
): Promise<void> {
  await settings
    .updateTable('followed_sources')
    .set((eb) => ({
      notices: eb('notices', '+', counts.notices),
      test_notices: eb('test_notices', '+', counts.test_notices),
      foreign_objects: eb('foreign_objects', '+', counts.foreign_objects),
      repeated: eb('repeated', '+', counts.repeated),
      noticed_at: clock.now(),
    }))
    .where('id', '=', id)
    .execute();
}

export async function noteListed({ settings }: Deps, id: string, at: number): Promise<void> {
  await settings.updateTable('followed_sources').set({ listed_at: at }).where('id', '=', id).execute();
}

/** What no listing looks at any more is forgotten. */
export async function noteSwept(
  { settings }: Deps,
  id: string,
  { at, forgetBefore }: { readonly at: number; readonly forgetBefore: number },
): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    await tx.updateTable('followed_sources').set({ swept_at: at }).where('id', '=', id).execute();
    await tx
      .deleteFrom('followed_files')
      .where('source_id', '=', id)
      .where('time', '<', forgetBefore)
      .execute();
  });
}

/** In place of the gaps that were known. */
export async function setGaps({ settings }: Deps, id: string, gaps: readonly GapRow[]): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('followed_gaps').where('source_id', '=', id).execute();
    for (let at = 0; at < gaps.length; at += 100)
      await tx
        .insertInto('followed_gaps')
        .values(gaps.slice(at, at + 100))
        .execute();
  });
}

export function gapsOf({ settings }: Deps, id: string): Promise<readonly GapRow[]> {
  return settings
    .selectFrom('followed_gaps')
    .selectAll()
    .where('source_id', '=', id)
    .orderBy('from_time')
    .limit(1000)
    .execute();
}

export function accountsOf({ settings }: Deps, id: string): Promise<readonly AccountRow[]> {
  return settings
    .selectFrom('followed_accounts')
    .selectAll()
    .where('source_id', '=', id)
    .orderBy('account')
    .execute();
}

export function setAsideOf({ settings }: Deps, id: string): Promise<readonly SetAsideRow[]> {
  return settings
    .selectFrom('followed_set_aside')
    .selectAll()
    .where('source_id', '=', id)
    .orderBy('at', 'desc')
    .limit(100)
    .execute();
}
