import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { invalidParameter } from '../../queries/lake-errors.ts';
import { checked } from '../../queries/operations/input.ts';
import { dashboardOfRow, newRow, type Owner } from '../dashboard-store.ts';
import type { DashboardDeps } from '../deps.ts';
import { HIGHLIGHTS, managedNamed } from '../managed/managed-dashboards.ts';
import { checkSchedule, nextTurn, type Schedule } from '../schedule.ts';
import type { DashboardRow } from '../settings.ts';
import { named } from '../widget.ts';
import { checkWidgets } from './check-widgets.ts';
import { name, schedule, widgets } from './input.ts';
import { shown } from './shown.ts';

/** Of an account in a region. */
const MOST = 100;

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateDashboard.html */
export async function createDashboard(
  deps: DashboardDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { TagsList: _tags, ...rest } = input;
  const given = checked(
    {
      Name: name,
      RefreshSchedule: schedule.optional(),
      TerminationProtectionEnabled: z.boolean().optional(),
      Widgets: widgets.optional(),
    },
    rest,
  );
  const tags = deps.annexes.readTags(input);
  checkName(given.Name, given.Widgets?.length ?? 0);
  if (given.RefreshSchedule !== undefined) checkSchedule(given.RefreshSchedule);
  if (given.Name === HIGHLIGHTS) checkHighlights(given.RefreshSchedule);
  await checkWidgets(deps, given.Widgets ?? [], context);
  const now = deps.clock.now();
  const row: DashboardRow = {
    ...newRow(given.Name, context, now),
    widgets: JSON.stringify(named(given.Name, given.Widgets ?? [])),
    schedule: given.RefreshSchedule === undefined ? null : JSON.stringify(given.RefreshSchedule),
    termination_protection: given.TerminationProtectionEnabled ? 1 : 0,
    next_refresh: nextTurn(given.RefreshSchedule, now),
  };
  await insert(deps, row, context);
  await deps.annexes.saveTags(row.arn, tags);
  const { TagsList } = input;
  return { output: { ...shown(dashboardOfRow(row)), ...(TagsList === undefined ? {} : { TagsList }) } };
}

async function insert({ settings }: DashboardDeps, row: DashboardRow, owner: Owner): Promise<void> {
  const { count } = await settings
    .selectFrom('lake_dashboards')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('account', '=', owner.accountId)
    .where('region', '=', owner.region)
    .where('type', '=', 'CUSTOM')
    .executeTakeFirstOrThrow();
  if (row.type === 'CUSTOM' && Number(count) >= MOST)
    throw new AwsError(
      'ServiceQuotaExceededException',
      `An account may have ${MOST} dashboards in a region.`,
    );
  const { numInsertedOrUpdatedRows: added } = await settings
    .insertInto('lake_dashboards')
    .values(row)
    .onConflict((conflict) => conflict.column('arn').doNothing())
    .executeTakeFirst();
  if (added === 0n)
    throw new AwsError('ConflictException', `There is a dashboard with the name ${row.name} already.`);
}

function checkName(given: string, count: number): void {
  if (given !== HIGHLIGHTS && managedNamed(given) !== undefined)
    throw new AwsError('ConflictException', `${given} is a managed dashboard, which is there already.`);
  if (given === HIGHLIGHTS && count > 0)
    throw invalidParameter(`The widgets of ${HIGHLIGHTS} are managed: Widgets must be left out.`);
  if (given !== HIGHLIGHTS && /^aws/i.test(given))
    throw invalidParameter(`Names that begin with AWS are reserved (got "${given}").`);
}

export function checkHighlights(given: Schedule | undefined): void {
  const { Unit, Value } = given?.Frequency ?? {};
  if (given?.Status === 'ENABLED' && Unit === 'HOURS' && Value === 6) return;
  throw invalidParameter(
    `${HIGHLIGHTS} needs a RefreshSchedule with the Status ENABLED, the Unit HOURS and the Value 6.`,
  );
}
