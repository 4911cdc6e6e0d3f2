import { regionOfArn } from '../../aws/arn.ts';
import { AwsError } from '../../aws/errors.ts';
import type { EventBusPort, ServiceSource, TopicPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Stoppable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { backoff } from '../../base/retry.ts';
import { createRounds } from '../../base/rounds.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { Detection } from './detection.ts';
import { shownFinding } from './shown-finding.ts';
import type { DetectionTables, FindingRow } from './settings.ts';
import { topicMessage } from './topic-message.ts';
import type { Topics } from './topics.ts';

export type TellerDeps = {
  readonly settings: Settings<DetectionTables>;
  readonly buses: EventBusPort;
  readonly topicPort: Pick<TopicPort, 'publish'>;
  readonly topics: Topics;
  /** Of the pack or imported; undefined: it is no more. */
  readonly detectionOf: (account: string, id: string) => Promise<Detection | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
};

export type Teller = Stoppable & { readonly start: () => void; readonly wake: () => void };

const TICK = 5000;
const PAGE = 100;
const RETRY = { first: 1000, most: 300_000 };
/** As long as for what trails have to tell. */
const GIVE_UP = 30 * 86_400_000;
/** What somebody has looked at is kept for a year. */
const KEPT = 366 * 86_400_000;

/** Who tells, in topic policies: its ARN is `arn:aws:opentrail:REGION:ACCOUNT:findings`. */
export const OPENTRAIL = 'opentrail.amazonaws.com';

/**
 * Tells of each new finding: as an event on the account's default bus, and to the account's topic where it has one. At least once; a topic that fails
 * holds back no other account's.
 */
export function createTeller(deps: TellerDeps): Teller {
  const { settings, clock, log } = deps;
  const waiting = new Map<string, { attempts: number; notBefore: number }>();
  const rounds = createRounds({
    round: async () => {
      await tellBuses(deps);
      for (const account of await accountsToTell(settings)) {
        const { attempts, notBefore } = waiting.get(account) ?? { attempts: 0, notBefore: 0 };
        if (clock.now() < notBefore) continue;
        if (await tellTopic(deps, account, rounds.stopping)) waiting.delete(account);
        else
          waiting.set(account, {
            attempts: attempts + 1,
            notBefore: clock.now() + backoff(attempts + 1, RETRY),
          });
      }
      await settings
        .deleteFrom('detection_findings')
        .where('status', '=', 'ACKNOWLEDGED')
        .where('changed_at', '<', clock.now() - KEPT)
        .execute();
    },
    onError: (error) => log.error({ reason: messageOf(error) }, 'findings could not be told'),
    tick: TICK,
  });
  return { start: rounds.start, wake: rounds.wake, stop: rounds.stop };
}

async function tellBuses({ settings, buses }: TellerDeps): Promise<void> {
  for (;;) {
    const rows = await settings
      .selectFrom('detection_findings')
      .selectAll()
      .where('on_bus', '=', 0)
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      await buses.put({
        account: row.account,
        region: row.region,
        source: 'opentrail.detections',
        detailType: 'Opentrail Finding',
        resources: [],
        time: row.created_at,
        detail: shownFinding(row),
      });
      await settings.updateTable('detection_findings').set({ on_bus: 1 }).where('id', '=', row.id).execute();
    }
    if (rows.length < PAGE) return;
  }
}

async function accountsToTell(settings: TellerDeps['settings']): Promise<readonly string[]> {
  const rows = await settings
    .selectFrom('detection_findings')
    .select('account')
    .distinct()
    .where('on_topic', '=', 0)
    .execute();
  return rows.map(({ account }) => account);
}

/** False where it is to be tried again. */
async function tellTopic(deps: TellerDeps, account: string, stopping: AbortSignal): Promise<boolean> {
  const { settings, topics } = deps;
  const topic = await topics.get(account);
  if (topic === undefined) {
    await settings
      .updateTable('detection_findings')
      .set({ on_topic: 1 })
      .where('account', '=', account)
      .execute();
    return true;
  }
  for (;;) {
    const row = await settings
      .selectFrom('detection_findings')
      .selectAll()
      .where('account', '=', account)
      .where('on_topic', '=', 0)
      .orderBy('created_at')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined || stopping.aborted) return true;
    const failure = await publish(deps, row, topic.arn);
    await topics.tried(account, failure);
    if (failure !== undefined && deps.clock.now() < row.created_at + GIVE_UP) return false;
    await settings.updateTable('detection_findings').set({ on_topic: 1 }).where('id', '=', row.id).execute();
  }
}

/** The error's code where it failed. */
async function publish(deps: TellerDeps, row: FindingRow, topicArn: string): Promise<string | undefined> {
  try {
    const detection = await deps.detectionOf(row.account, row.detection);
    await deps.topicPort.publish({
      topicArn,
      ...topicMessage(row, detection),
      source: findingsSource(row.account, regionOfArn(topicArn)),
    });
    return undefined;
  } catch (error) {
    const code = error instanceof AwsError ? error.code : 'InternalError';
    deps.log.warn({ topic: topicArn, code, reason: messageOf(error) }, 'finding could not be told');
    return code;
  }
}

export function findingsSource(account: string, region: string): ServiceSource {
  return { service: OPENTRAIL, arn: `arn:aws:opentrail:${region}:${account}:findings`, accountId: account };
}
