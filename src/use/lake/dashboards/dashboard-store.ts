import { AwsError } from '../../../aws/errors.ts';
import { HIGHLIGHTS, managedNamed } from './managed/managed-dashboards.ts';
import type { Schedule } from './schedule.ts';
import type { DashboardRow, DashboardSettings } from './settings.ts';
import type { Widget } from './widget.ts';

export type Owner = { readonly accountId: string; readonly region: string };

/** A dashboard as it stands, managed ones included. */
export type Dashboard = {
  readonly arn: string;
  readonly name: string;
  readonly type: 'MANAGED' | 'CUSTOM';
  readonly widgets: readonly Widget[];
  readonly schedule: Schedule | undefined;
  /** Undefined: a managed one of which nothing is kept yet. */
  readonly row: DashboardRow | undefined;
};

export function dashboardArn(name: string, { accountId, region }: Owner): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:dashboard/${name}`;
}

/** The caller's dashboard of that name or ARN. Throws ResourceNotFoundException. */
export async function findDashboard(
  settings: DashboardSettings,
  nameOrArn: string,
  owner: Owner,
): Promise<Dashboard> {
  const name = nameOrArn.slice(nameOrArn.indexOf('/') + 1);
  const arn = dashboardArn(name, owner);
  if (nameOrArn.startsWith('arn:') && nameOrArn !== arn) throw notFound(nameOrArn);
  const row = await settings
    .selectFrom('lake_dashboards')
    .selectAll()
    .where('arn', '=', arn)
    .executeTakeFirst();
  const found = row === undefined ? managed(name, owner) : dashboardOfRow(row);
  if (found === undefined) throw notFound(nameOrArn);
  return found;
}

export function dashboardOfRow(row: DashboardRow): Dashboard {
  const { arn, name, type } = row;
  return {
    arn,
    name,
    type,
    widgets: managedNamed(name)?.widgets ?? (JSON.parse(row.widgets) as Widget[]),
    schedule: row.schedule === null ? undefined : (JSON.parse(row.schedule) as Schedule),
    row,
  };
}

/** The Highlights dashboard is there once it was made. */
function managed(name: string, owner: Owner): Dashboard | undefined {
  const found = name === HIGHLIGHTS ? undefined : managedNamed(name);
  if (found === undefined) return undefined;
  const arn = dashboardArn(name, owner);
  return { arn, name, type: 'MANAGED', widgets: found.widgets, schedule: undefined, row: undefined };
}

export function newRow(name: string, { accountId, region }: Owner, now: number): DashboardRow {
  return {
    arn: dashboardArn(name, { accountId, region }),
    account: accountId,
    region,
    name,
    type: managedNamed(name) === undefined ? 'CUSTOM' : 'MANAGED',
    status: 'CREATED',
    widgets: '[]',
    schedule: null,
    termination_protection: 0,
    created_at: now,
    updated_at: now,
    last_refresh_id: null,
    last_failure: null,
    next_refresh: null,
  };
}

/** Notes what came of a refresh. */
export async function noteRefresh(
  settings: DashboardSettings,
  { name, row }: Dashboard,
  owner: Owner,
  change: Partial<Pick<DashboardRow, 'last_refresh_id' | 'last_failure' | 'next_refresh'>> & {
    readonly now: number;
  },
): Promise<void> {
  const { now, ...noted } = change;
  if (row === undefined)
    await settings
      .insertInto('lake_dashboards')
      .values(newRow(name, owner, now))
      .onConflict((conflict) => conflict.column('arn').doNothing())
      .execute();
  await settings
    .updateTable('lake_dashboards')
    .set(noted)
    .where('arn', '=', dashboardArn(name, owner))
    .execute();
}

function notFound(nameOrArn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Unknown dashboard: ${nameOrArn.slice(0, 200)}`);
}
