import { timeText } from '../time-text.ts';
import type { AccountRow, SourceRow } from '../settings.ts';
import { accountsOf, gapsOf, setAsideOf } from '../source-store.ts';
import type { Json, SourceOperationDeps } from './deps.ts';

export function shownSource(deps: Pick<SourceOperationDeps, 'failingOf'>, row: SourceRow): Json {
  const failing = deps.failingOf(row.id);
  return {
    Name: row.name,
    Bucket: row.bucket,
    Prefix: row.prefix,
    ...(row.queue_arn === null ? { ListEverySeconds: row.list_every / 1000 } : { QueueArn: row.queue_arn }),
    SweepEverySeconds: row.sweep_every / 1000,
    ...(row.place === 'here' ? {} : { Endpoint: row.place, Region: row.place_region }),
    ...(row.store_arn === null ? {} : { EventDataStore: row.store_arn }),
    Replay: row.replay === 1,
    StartTime: new Date(row.since).toISOString(),
    CreatedTime: new Date(row.created_at).toISOString(),
    Status: failing === undefined ? 'FOLLOWING' : 'FAILING',
    ...(failing === undefined
      ? {}
      : { FailingReason: failing.reason, FailingSince: new Date(failing.since).toISOString() }),
    Files: row.files,
    Events: row.events,
  };
}

/** With how far it has come, what is missing, and what was set aside. */
export async function shownInFull(deps: SourceOperationDeps, row: SourceRow): Promise<Json> {
  const accounts = await accountsOf(deps, row.id);
  const gaps = await gapsOf(deps, row.id);
  const aside = await setAsideOf(deps, row.id);
  return {
    ...shownSource(deps, row),
    LastNoticeTime: timeText(row.noticed_at ?? 0),
    LastListedTime: timeText(row.listed_at ?? 0),
    LastSweptTime: timeText(row.swept_at ?? 0),
    Notices: row.notices,
    TestNotices: row.test_notices,
    ForeignObjects: row.foreign_objects,
    RepeatedFiles: row.repeated,
    DuplicateEvents: row.duplicates,
    EventsOutsideRetention: row.outside,
    Accounts: accounts.map((one) => shownAccount(one, deps.clock.now())),
    Gaps: gaps.map((gap) => ({
      Kind: gap.kind,
      Key: gap.key,
      AccountId: gap.account,
      Region: gap.region,
      From: new Date(gap.from_time).toISOString(),
      To: new Date(gap.to_time).toISOString(),
      FoundTime: new Date(gap.found_at).toISOString(),
    })),
    SetAside: aside.map((one) => ({
      Kind: one.kind,
      Name: one.what,
      Reason: one.reason,
      ...(one.text === '' ? {} : { Text: one.text }),
      Time: new Date(one.at).toISOString(),
    })),
  };
}

function shownAccount(row: AccountRow, now: number): Json {
  return {
    AccountId: row.account,
    NewestEventTime: timeText(row.newest_event),
    NewestFileTime: timeText(row.newest_file),
    ...(row.newest_event === 0 ? {} : { LagSeconds: Math.round((now - row.newest_event) / 1000) }),
    TakenTime: timeText(row.taken_at),
    Files: row.files,
    Events: row.events,
  };
}
