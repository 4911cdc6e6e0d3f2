import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { invalidParameter } from '../../queries/lake-errors.ts';
import { checked } from '../../queries/operations/input.ts';
import { findDashboard, type Dashboard } from '../dashboard-store.ts';
import type { DashboardDeps } from '../deps.ts';
import { HIGHLIGHTS } from '../managed/managed-dashboards.ts';
import { asCaller, refresh } from '../refresh.ts';
import { checkSchedule, nextTurn } from '../schedule.ts';
import { renamed } from '../widget.ts';
import { checkWidgets } from './check-widgets.ts';
import { checkHighlights } from './create-dashboard.ts';
import { dashboardId, schedule, values, widgets } from './input.ts';
import { shown, times } from './shown.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateDashboard.html */
export async function updateDashboard(
  deps: DashboardDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked(
    {
      DashboardId: dashboardId,
      Widgets: widgets.optional(),
      RefreshSchedule: schedule.optional(),
      TerminationProtectionEnabled: z.boolean().optional(),
    },
    input,
  );
  const {
    arn,
    name,
    schedule: before,
    widgets: widgetsBefore,
  } = await changeable(deps, given.DashboardId, context);
  const { Widgets, RefreshSchedule, TerminationProtectionEnabled } = given;
  if (name === HIGHLIGHTS && Widgets !== undefined)
    throw invalidParameter(`The widgets of ${HIGHLIGHTS} are managed: Widgets must be left out.`);
  if (RefreshSchedule !== undefined) checkSchedule(RefreshSchedule);
  if (name === HIGHLIGHTS && RefreshSchedule?.Status === 'ENABLED') checkHighlights(RefreshSchedule);
  await checkWidgets(deps, Widgets ?? [], context);
  const now = deps.clock.now();
  await deps.settings
    .updateTable('lake_dashboards')
    .set({
      status: 'UPDATED',
      updated_at: now,
      next_refresh: nextTurn(RefreshSchedule ?? before, now),
      ...(Widgets === undefined
        ? {}
        : { widgets: JSON.stringify(renamed(name, Widgets, { before: widgetsBefore, now })) }),
      ...(RefreshSchedule === undefined ? {} : { schedule: JSON.stringify(RefreshSchedule) }),
      ...(TerminationProtectionEnabled === undefined
        ? {}
        : { termination_protection: TerminationProtectionEnabled ? 1 : 0 }),
    })
    .where('arn', '=', arn)
    .execute();
  const dashboard = await findDashboard(deps.settings, arn, context);
  return { output: { ...shown(dashboard), ...times(dashboard) } };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteDashboard.html */
export async function deleteDashboard(
  deps: DashboardDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked({ DashboardId: dashboardId }, input);
  const { arn, row } = await changeable(deps, given.DashboardId, context);
  if (row?.termination_protection === 1)
    throw new AwsError('ConflictException', `Termination protection is enabled for the dashboard ${arn}.`);
  await deps.settings.deleteFrom('lake_dashboards').where('arn', '=', arn).execute();
  await deps.annexes.drop(arn);
  return {};
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartDashboardRefresh.html */
export async function startDashboardRefresh(
  deps: DashboardDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = checked({ DashboardId: dashboardId, QueryParameterValues: values.optional() }, input);
  const dashboard = await findDashboard(deps.settings, given.DashboardId, context);
  const id = await refresh(deps, dashboard, {
    given: given.QueryParameterValues ?? {},
    owner: { accountId: context.accountId, region: context.region },
    ask: asCaller(deps, context),
  });
  return { output: { RefreshId: id } };
}

/** Throws UnsupportedOperationException for managed ones but Highlights. */
async function changeable({ settings }: DashboardDeps, id: string, context: CallContext): Promise<Dashboard> {
  const dashboard = await findDashboard(settings, id, context);
  if (dashboard.type === 'MANAGED' && dashboard.name !== HIGHLIGHTS)
    throw new AwsError(
      'UnsupportedOperationException',
      `${dashboard.name} is a managed dashboard and cannot be changed or deleted.`,
    );
  return dashboard;
}
