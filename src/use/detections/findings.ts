import type { Settings } from '../../store/settings/contract.ts';
import type { DetectionTables, FindingRow } from './settings.ts';

export type FindingQuery = {
  /** Undefined: of all. */
  readonly account: string | undefined;
  readonly status?: string | undefined;
  readonly detection?: string | undefined;
  readonly severity?: string | undefined;
  /** Milliseconds, of the newest event; both inclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly after?: { readonly at: number; readonly id: string } | undefined;
};

export type Findings = {
  /** Newest event first. */
  readonly list: (query: FindingQuery) => Promise<readonly FindingRow[]>;
  readonly byId: (id: string) => Promise<FindingRow | undefined>;
  readonly mark: (
    ids: readonly string[],
    change: {
      readonly status: string;
      readonly note: string | undefined;
      readonly by: string;
      readonly at: number;
    },
  ) => Promise<void>;
  /** Open ones by detection. */
  readonly openCounts: (account: string | undefined) => Promise<ReadonlyMap<string, number>>;
};

export function createFindings(settings: Settings<DetectionTables>): Findings {
  return {
    list: (query) => selected(settings, query).execute(),
    byId: (id) =>
      settings.selectFrom('detection_findings').selectAll().where('id', '=', id).executeTakeFirst(),
    mark: async (ids, { status, note, by, at }) => {
      await settings
        .updateTable('detection_findings')
        .set({ status, changed_by: by, changed_at: at, ...(note === undefined ? {} : { note }) })
        .where('id', 'in', [...ids])
        .execute();
    },
    openCounts: async (account) => {
      let query = settings
        .selectFrom('detection_findings')
        .select(['detection', (select) => select.fn.countAll<number>().as('open')])
        .where('status', '=', 'OPEN')
        .groupBy('detection');
      if (account !== undefined) query = query.where('account', '=', account);
      return new Map((await query.execute()).map(({ detection, open }) => [detection, open]));
    },
  };
}

function selected(settings: Settings<DetectionTables>, query: FindingQuery) {
  const { account, status, detection, severity, from, to, after } = query;
  let rows = settings
    .selectFrom('detection_findings')
    .selectAll()
    .orderBy('last_at', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit);
  if (account !== undefined) rows = rows.where('account', '=', account);
  if (status !== undefined) rows = rows.where('status', '=', status);
  if (detection !== undefined) rows = rows.where('detection', '=', detection);
  if (severity !== undefined) rows = rows.where('severity', '=', severity);
  if (from !== undefined) rows = rows.where('last_at', '>=', from);
  if (to !== undefined) rows = rows.where('last_at', '<=', to);
  if (after !== undefined)
    rows = rows.where((is) =>
      is.or([is('last_at', '<', after.at), is.and([is('last_at', '=', after.at), is('id', '<', after.id)])]),
    );
  return rows;
}
