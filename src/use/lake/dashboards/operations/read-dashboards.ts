import { z } from 'zod';

import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { checked } from '../../queries/operations/input.ts';
import { dashboardArn, findDashboard } from '../dashboard-store.ts';
import type { DashboardDeps } from '../deps.ts';
import { HIGHLIGHTS, MANAGED } from '../managed/managed-dashboards.ts';
import { dashboardId } from './input.ts';
import { shown, times } from './shown.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetDashboard.html */
export async function getDashboard(
  { settings }: DashboardDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked({ DashboardId: dashboardId }, input);
  const dashboard = await findDashboard(settings, given.DashboardId, context);
  const { row } = dashboard;
  const { Name: _name, ...rest } = shown(dashboard);
  return {
    output: {
      ...rest,
      Status: row?.status ?? 'CREATED',
      ...times(dashboard),
      ...(row?.last_refresh_id ? { LastRefreshId: row.last_refresh_id } : {}),
      ...(row?.last_failure ? { LastRefreshFailureReason: row.last_failure } : {}),
    },
  };
}

/** By name; the managed ones are always among them, Highlights once it was made. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListDashboards.html */
export async function listDashboards(
  { settings, queries }: DashboardDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      NamePrefix: z.string().min(1).max(128).optional(),
      Type: z.enum(['MANAGED', 'CUSTOM']).optional(),
      NextToken: z.string().max(1000).optional(),
      MaxResults: z.number().int().min(1).max(1000).optional(),
    },
    input,
  );
  const rows = await settings
    .selectFrom('lake_dashboards')
    .select(['name', 'type'])
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .execute();
  const always = MANAGED.filter(({ name }) => name !== HIGHLIGHTS).map(
    ({ name }) => [name, 'MANAGED'] as const,
  );
  const all = new Map([...always, ...rows.map(({ name, type }) => [name, type] as const)]);
  const { NextToken, MaxResults = 1000, NamePrefix = '', Type } = given;
  const binding = ['ListDashboards', context.accountId, context.region, NamePrefix, Type];
  const after = NextToken ? queries.tokens.open(NextToken, binding) : '';
  const found = [...all]
    .filter(([name, type]) => name.startsWith(NamePrefix) && (Type ?? type) === type && name > after)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const page = found.slice(0, MaxResults);
  const last = found.length > page.length ? page.at(-1)?.[0] : undefined;
  return {
    output: {
      Dashboards: page.map(([name, type]) => ({ DashboardArn: dashboardArn(name, context), Type: type })),
      ...(last === undefined ? {} : { NextToken: queries.tokens.seal(last, binding) }),
    },
  };
}
