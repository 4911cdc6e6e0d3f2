import { sql } from 'kysely';

import { isoSeconds } from '../../../base/clock.ts';
import type { TrailSettings } from '../trail-store.ts';
import type { DeliveredRow } from './settings.ts';

/** A log file that was delivered, and how many records went into it. */
export type DeliveredFile = { readonly bucket: string; readonly key: string; readonly records: number };

export type DeliveredQuery = {
  readonly trailId: string;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** Seconds since the epoch; hours that touch the range. */
  readonly from: number;
  readonly to: number;
  /** Where the page before ended. */
  readonly after?: DeliveredPosition | undefined;
  /** Hours of one account and region on a page. */
  readonly limit: number;
};

export type DeliveredPosition = readonly [account: string, region: string, hour: number];

const HOUR = 3600;
/** Letters behind the number of records. */
const KINDS: Readonly<Record<string, string>> = { a: 'CloudTrail-Aggregated', i: 'CloudTrail-Insight' };
const KEY =
  /^((?:[^]*\/)?)AWSLogs\/(o-[a-z0-9]{10,32}\/)?(\d{12})\/(CloudTrail(?:-Aggregated|-Insight)?)\/([^/]+)\/\d{4}\/\d{2}\/\d{2}\/\3_\4_\5_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z_([A-Za-z0-9]+)\.json\.gz$/;

/** Notes what was delivered, in the transaction that moves the trail on: each file is counted once, whatever is repeated. */
export async function noteFiles(
  tx: TrailSettings,
  trailId: string,
  files: readonly DeliveredFile[],
): Promise<void> {
  for (const file of files) {
    const row = rowOf(trailId, file);
    // No delivery waits for its being noted.
    if (row === undefined) continue;
    await tx
      .insertInto('trail_delivered')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['trail_id', 'account', 'region', 'hour_seconds', 'organization', 'root', 'bucket'])
          .doUpdateSet({ files: sql<string>`trail_delivered.files || ' ' || excluded.files` }),
      )
      .execute();
  }
}

/** By account, region and hour; `next` when there may be more. */
export async function deliveredFiles(
  settings: TrailSettings,
  { trailId, account, region, from, to, after, limit }: DeliveredQuery,
): Promise<{ readonly files: readonly DeliveredFile[]; readonly next: DeliveredPosition | undefined }> {
  let query = settings
    .selectFrom('trail_delivered')
    .selectAll()
    .where('trail_id', '=', trailId)
    .where('hour_seconds', '>', from - HOUR)
    .where('hour_seconds', '<=', to)
    .orderBy('account')
    .orderBy('region')
    .orderBy('hour_seconds')
    .orderBy('bucket')
    .orderBy('root')
    .orderBy('organization')
    .limit(limit);
  if (account !== undefined) query = query.where('account', '=', account);
  if (region !== undefined) query = query.where('region', '=', region);
  if (after !== undefined) {
    const [a, r, h] = after;
    query = query.where((where) =>
      where.or([
        where('account', '>', a),
        where.and([where('account', '=', a), where('region', '>', r)]),
        where.and([where('account', '=', a), where('region', '=', r), where('hour_seconds', '>', h)]),
      ]),
    );
  }
  return pageOf(await query.execute(), limit);
}

/** An hour that lies in several buckets is never cut in two. */
function pageOf(rows: readonly DeliveredRow[], limit: number) {
  const last = rows.at(-1);
  if (last === undefined || rows.length < limit) return { files: rows.flatMap(filesOf), next: undefined };
  const whole = rows.filter((row) => !isSameHour(row, last));
  const kept = whole.length > 0 ? whole : rows;
  const { account, region, hour_seconds: hour } = kept.at(-1) ?? last;
  return { files: kept.flatMap(filesOf), next: [account, region, hour] as const };
}

function isSameHour(a: DeliveredRow, b: DeliveredRow): boolean {
  return a.account === b.account && a.region === b.region && a.hour_seconds === b.hour_seconds;
}

function rowOf(trailId: string, { bucket, key, records }: DeliveredFile): DeliveredRow | undefined {
  const match = KEY.exec(key);
  if (match === null) return undefined;
  const [, root = '', organization = '', account = '', kind = '', region = ''] = match;
  const [year, month, day, hour, minute = '', unique = ''] = match.slice(6);
  return {
    trail_id: trailId,
    bucket,
    root,
    organization,
    account,
    region,
    hour_seconds: Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`) / 1000,
    files: `${minute}${unique}=${records}${letterOf(kind)}`,
  };
}

function filesOf(row: DeliveredRow): DeliveredFile[] {
  const { bucket, root, organization, account, region, hour_seconds: hour } = row;
  const time = isoSeconds(hour * 1000);
  const day = time.slice(0, 10).replaceAll('-', '/');
  const stamp = time.slice(0, 13).replaceAll('-', '');
  return row.files.split(' ').map((file) => {
    const [name = '', records = ''] = file.split('=');
    const minute = name.slice(0, 2);
    const kind = KINDS[records.at(-1) ?? ''] ?? 'CloudTrail';
    const folder = `${root}AWSLogs/${organization}${account}/${kind}/${region}/${day}`;
    const key = `${folder}/${account}_${kind}_${region}_${stamp}${minute}Z_${name.slice(2)}.json.gz`;
    return { bucket, key, records: parseInt(records) };
  });
}

function letterOf(kind: string): string {
  return Object.keys(KINDS).find((letter) => KINDS[letter] === kind) ?? '';
}
