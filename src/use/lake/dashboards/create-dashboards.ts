import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { QueryTemplates } from '../queries/deps.ts';
import { dashboardArn, findDashboard } from './dashboard-store.ts';
import type { DashboardDeps } from './deps.ts';
import { deleteDashboard, startDashboardRefresh, updateDashboard } from './operations/change-dashboards.ts';
import { createDashboard } from './operations/create-dashboard.ts';
import { getDashboard, listDashboards } from './operations/read-dashboards.ts';
import { createScheduledRefresh } from './scheduled.ts';
import { dashboardOf } from './widget.ts';

export type Dashboards = Stoppable & {
  readonly operations: readonly Operation[];
  /** Widgets' statements, for StartQuery by alias. */
  readonly templates: QueryTemplates;
  /** Looks for what is due from now on. */
  readonly start: () => void;
  /** By ARN, for tags and resource policies. Throws ResourceNotFoundException. */
  readonly find: (
    arn: string,
    caller: Pick<CallContext, 'accountId' | 'region'>,
  ) => Promise<{ readonly arn: string; readonly account: string }>;
};

type Handle = (deps: DashboardDeps, input: OperationInput, context: CallContext) => Promise<OperationOutput>;

/** Operation, who does it, and the member that names the dashboard which the policies are asked about. */
const TABLE: readonly (readonly [name: string, handle: Handle, member?: string])[] = [
  ['CreateDashboard', createDashboard, 'Name'],
  ['GetDashboard', getDashboard, 'DashboardId'],
  ['ListDashboards', listDashboards],
  ['UpdateDashboard', updateDashboard, 'DashboardId'],
  ['DeleteDashboard', deleteDashboard, 'DashboardId'],
  ['StartDashboardRefresh', startDashboardRefresh, 'DashboardId'],
];

export const DASHBOARD_OPERATIONS: readonly string[] = TABLE.map(([name]) => name);

/** Dashboards over event data stores: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/lake-dashboard.html */
export function createDashboards(deps: DashboardDeps): Dashboards {
  const { settings } = deps;
  const scheduled = createScheduledRefresh(deps);
  return {
    operations: TABLE.map(([name, handle, member]) => ({
      service: 'cloudtrail',
      name,
      ...(member === undefined ? {} : { resources: resourceNamed(member) }),
      handle: (input, context) => handle(deps, input, context),
    })),
    templates: {
      find: async (alias, viewer) => {
        const name = dashboardOf(alias);
        if (name === undefined) return undefined;
        const { widgets } = await findDashboard(settings, name, viewer).catch(() => ({ widgets: [] }));
        return widgets.find(({ QueryAlias }) => QueryAlias === alias)?.QueryStatement;
      },
    },
    find: async (arn, caller) => ({
      arn: (await findDashboard(settings, arn, caller)).arn,
      account: caller.accountId,
    }),
    start: scheduled.start,
    stop: scheduled.stop,
  };
}

function resourceNamed(member: string): NonNullable<Operation['resources']> {
  return (input, context) => {
    const given = input[member];
    if (typeof given !== 'string' || given === '') return ['*'];
    return [given.startsWith('arn:') ? given : dashboardArn(given, context)];
  };
}
