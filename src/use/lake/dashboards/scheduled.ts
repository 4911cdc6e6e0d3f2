import { letsService } from '../../../aws/policy/lets-service.ts';
import { AwsError } from '../../../aws/errors.ts';
import { messageOf } from '../../../base/errors.ts';
import { createRounds, type Rounds } from '../../../base/rounds.ts';
import { inactiveStore, storeNotFound } from '../queries/lake-errors.ts';
import { dashboardOfRow, noteRefresh, type Dashboard, type Owner } from './dashboard-store.ts';
import type { DashboardDeps } from './deps.ts';
import { refresh, type AskStore } from './refresh.ts';
import { nextTurn } from './schedule.ts';
import type { DashboardRow } from './settings.ts';

const TICK = 15_000;
const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/** Refreshes dashboards when their time has come. */
export function createScheduledRefresh(deps: DashboardDeps): Rounds {
  return createRounds({
    round: () => refreshDue(deps),
    onError: (error) => deps.log.error({ error: messageOf(error) }, 'dashboards could not be refreshed'),
    tick: TICK,
  });
}

/** One look at what is due. What it missed while the server was down is done once. */
export async function refreshDue(deps: DashboardDeps): Promise<void> {
  const rows = await deps.settings
    .selectFrom('lake_dashboards')
    .selectAll()
    .where('next_refresh', '<=', deps.clock.now())
    .execute();
  for (const row of rows) await refreshOne(deps, row);
}

async function refreshOne(deps: DashboardDeps, row: DashboardRow): Promise<void> {
  const dashboard = dashboardOfRow(row);
  const owner = { accountId: row.account, region: row.region };
  const now = deps.clock.now();
  try {
    await checkDashboard(deps, dashboard, owner);
    await refresh(deps, dashboard, { given: {}, owner, ask: asCloudTrail(deps, dashboard, owner) });
    await noteRefresh(deps.settings, dashboard, owner, {
      now,
      next_refresh: nextTurn(dashboard.schedule, now),
    });
  } catch (error) {
    const reason = messageOf(error).slice(0, 1000);
    deps.log.info({ dashboard: row.arn, reason }, 'a dashboard was not refreshed');
    await noteRefresh(deps.settings, dashboard, owner, {
      now,
      last_failure: reason,
      next_refresh: nextTurn(dashboard.schedule, now),
    });
  }
}

/** On its own CloudTrail may do only what the policies of the dashboard and the stores let it: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/lake-dashboard-refresh.html */
async function checkDashboard({ annexes }: DashboardDeps, { arn }: Dashboard, owner: Owner): Promise<void> {
  const policy = await annexes.policyOf(arn);
  const ask = { action: 'cloudtrail:StartDashboardRefresh', resource: arn };
  const source = { service: CLOUDTRAIL, arn, accountId: owner.accountId };
  if (policy !== undefined && letsService(JSON.stringify(policy), ask, source)) return;
  throw denied('cloudtrail:StartDashboardRefresh', arn);
}

function asCloudTrail({ queries }: DashboardDeps, dashboard: Dashboard, owner: Owner): AskStore {
  return async (named) => {
    const store = await queries.stores.find(named, owner);
    if (store === undefined || !(await queries.stores.administers(store, owner.accountId)))
      throw storeNotFound(named);
    if (!store.active) throw inactiveStore(store.arn);
    const source = { service: CLOUDTRAIL, arn: dashboard.arn, accountId: owner.accountId };
    const ask = { action: 'cloudtrail:StartQuery', resource: store.arn };
    if (store.policy !== undefined && letsService(JSON.stringify(store.policy), ask, source)) return store;
    throw denied('cloudtrail:StartQuery', store.arn);
  };
}

function denied(action: string, arn: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `The resource policy of ${arn} does not let ${CLOUDTRAIL} do ${action}. Put one that does with PutResourcePolicy.`,
    { status: 403 },
  );
}
