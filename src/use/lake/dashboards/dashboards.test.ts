import { describe, expect, it } from 'vitest';

import { newEventId } from '../../../base/ids.ts';
import { createLogger } from '../../../base/log.ts';
import type { PolicyDocument } from '../../../aws/operation.ts';
import { openSettings } from '../../../store/settings/open-settings.ts';
import { querySetup, STORE, testStore } from '../../../../test/kit/lake-queries.ts';
import { ACCOUNT, callContext, errorOf, HOME } from '../../../../test/kit/trail-setup.ts';
import { createDashboards } from './create-dashboards.ts';
import { MANAGED } from './managed/managed-dashboards.ts';
import { refreshDue } from './scheduled.ts';
import { dashboardMigrations, type DashboardTables } from './settings.ts';

const HOUR = 3_600_000;
const arnOf = (name: string) => `arn:aws:cloudtrail:${HOME}:${ACCOUNT}:dashboard/${name}`;
const letCloudTrail = (action: string, Resource: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: action, Resource },
  ],
});

const WIDGET = {
  QueryStatement: `SELECT * FROM ${STORE} WHERE eventtime BETWEEN '?' AND '?' GROUP BY date_trunc('?', eventtime)`,
  QueryParameters: ['$StartTime$', '$EndTime$', '$Period$'],
  ViewProperties: { Title: 'Calls', View: 'Table' },
};

async function prepared(store = testStore()) {
  const setup = await querySetup([store]);
  const { queries } = await setup.open();
  const { db: settings } = await openSettings<DashboardTables>({
    path: ':memory:',
    migrations: [dashboardMigrations],
  });
  const policies = new Map<string, PolicyDocument>();
  const deps = {
    settings,
    queries: queries.parts,
    annexes: {
      readTags: () => [],
      saveTags: async () => undefined,
      policyOf: async (arn: string) => policies.get(arn),
      drop: async (arn: string) => void policies.delete(arn),
    },
    clock: { now: () => setup.time.now },
    newId: newEventId,
    log: createLogger('silent'),
  };
  const dashboards = createDashboards(deps);
  queries.tellTemplates(dashboards.templates);
  const call = async (name: string, input: Record<string, unknown>) => {
    const operation = [...dashboards.operations, ...queries.operations].find((one) => one.name === name);
    return ((await operation?.handle(input, callContext({}))) ?? {}).output as Record<string, unknown>;
  };
  const described = async (QueryAlias: string, RefreshId: unknown) => {
    const { QueryId } = await call('DescribeQuery', { QueryAlias, RefreshId });
    await queries.parts.runner.ended(String(QueryId));
    return call('DescribeQuery', { QueryAlias, RefreshId });
  };
  return { ...setup, deps, policies, queries, call, described };
}

describe('a dashboard', () => {
  it('is made, shown, listed, changed and deleted', async () => {
    const { call } = await prepared();
    const made = await call('CreateDashboard', { Name: 'team-board', Widgets: [WIDGET] });
    expect(made).toEqual({
      DashboardArn: arnOf('team-board'),
      Name: 'team-board',
      Type: 'CUSTOM',
      Widgets: [{ QueryAlias: 'Widget-team-board-1', ...WIDGET }],
      TerminationProtectionEnabled: false,
    });
    expect(await errorOf(call('CreateDashboard', { Name: 'team-board' }))).toMatchObject({
      code: 'ConflictException',
    });
    const custom = await call('ListDashboards', { Type: 'CUSTOM' });
    expect(custom).toEqual({ Dashboards: [{ DashboardArn: arnOf('team-board'), Type: 'CUSTOM' }] });
    await call('UpdateDashboard', { DashboardId: 'team-board', TerminationProtectionEnabled: true });
    expect(await call('GetDashboard', { DashboardId: arnOf('team-board') })).toMatchObject({
      Status: 'UPDATED',
      TerminationProtectionEnabled: true,
      Widgets: [{ QueryAlias: 'Widget-team-board-1' }],
    });
    expect(await errorOf(call('DeleteDashboard', { DashboardId: 'team-board' }))).toMatchObject({
      code: 'ConflictException',
    });
    await call('UpdateDashboard', { DashboardId: 'team-board', TerminationProtectionEnabled: false });
    await call('DeleteDashboard', { DashboardId: 'team-board' });
    expect(await errorOf(call('GetDashboard', { DashboardId: 'team-board' }))).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('is refreshed: one query for each widget, found by alias and refresh', async () => {
    const { call, described } = await prepared();
    await call('CreateDashboard', { Name: 'team-board', Widgets: [WIDGET, WIDGET] });
    const { RefreshId } = await call('StartDashboardRefresh', {
      DashboardId: 'team-board',
      QueryParameterValues: { $StartTime$: '2026-12-01T00:00:00Z' },
    });
    expect(RefreshId).toMatch(/^\d{10,20}$/);
    expect(await described('Widget-team-board-2', RefreshId)).toMatchObject({
      QueryStatus: 'FINISHED',
      QueryString: `SELECT * FROM ${STORE} WHERE eventtime BETWEEN '2026-12-01 00:00:00' AND '2026-12-02 10:00:00' GROUP BY date_trunc('hour', eventtime)`,
    });
    expect(await call('GetDashboard', { DashboardId: 'team-board' })).toMatchObject({
      LastRefreshId: RefreshId,
    });
    const { QueryId } = await call('StartQuery', {
      QueryAlias: 'Widget-team-board-1',
      QueryParameters: ['2026-11-01 00:00:00', '2026-11-02 00:00:00', 'day'],
    });
    expect((await call('DescribeQuery', { QueryId }))['QueryString']).toContain("'2026-11-01 00:00:00'");
  });

  it('keeps the alias of a widget that stays, so that nothing is shown that another one found', async () => {
    const { call, time } = await prepared();
    const other = { ...WIDGET, QueryStatement: `${WIDGET.QueryStatement} LIMIT 1` };
    const another = { ...WIDGET, QueryStatement: `${WIDGET.QueryStatement} LIMIT 2` };
    await call('CreateDashboard', { Name: 'team-board', Widgets: [WIDGET, other] });
    const update = async (...Widgets: object[]) =>
      (await call('UpdateDashboard', { DashboardId: 'team-board', Widgets }))['Widgets'];
    expect(await update(other)).toMatchObject([{ QueryAlias: 'Widget-team-board-2' }]);
    expect(await update(WIDGET, other, another)).toMatchObject([
      { QueryAlias: `Widget-team-board-${time.now}` },
      { QueryAlias: 'Widget-team-board-2' },
      { QueryAlias: `Widget-team-board-${time.now + 2}` },
    ]);
  });

  it('is refreshed when its time has come, once the policies let CloudTrail', async () => {
    const { call, described, deps, policies, time } = await prepared(
      testStore({ policy: letCloudTrail('cloudtrail:StartQuery', testStore().arn) }),
    );
    await call('CreateDashboard', {
      Name: 'team-board',
      Widgets: [WIDGET],
      RefreshSchedule: { Frequency: { Unit: 'HOURS', Value: 6 }, Status: 'ENABLED', TimeOfDay: '00:30' },
    });
    const state = () => call('GetDashboard', { DashboardId: 'team-board' });
    await refreshDue(deps);
    expect((await state())['LastRefreshId']).toBeUndefined();
    // 12:30
    time.now += 2.5 * HOUR;
    await refreshDue(deps);
    expect((await state())['LastRefreshFailureReason']).toContain('cloudtrail:StartDashboardRefresh');
    policies.set(arnOf('team-board'), letCloudTrail('cloudtrail:StartDashboardRefresh', arnOf('team-board')));
    time.now += 5 * HOUR;
    await refreshDue(deps);
    expect((await state())['LastRefreshId']).toBeUndefined();
    time.now += HOUR;
    await refreshDue(deps);
    const { LastRefreshId, LastRefreshFailureReason } = await state();
    expect(LastRefreshFailureReason).toBeUndefined();
    expect(await described('Widget-team-board-1', LastRefreshId)).toMatchObject({ QueryStatus: 'FINISHED' });
  });

  it.each([
    [{ Name: 'x' }, 'InvalidParameterException'],
    [{ Name: 'AWSCloudTrail-Security' }, 'ConflictException'],
    [{ Name: 'AWSMine' }, 'InvalidParameterException'],
    [{ Name: 'AWSCloudTrail-Highlights' }, 'InvalidParameterException'],
    [{ Name: 'board', Widgets: Array(11).fill(WIDGET) }, 'ServiceQuotaExceededException'],
    [
      { Name: 'board', Widgets: [{ ...WIDGET, QueryStatement: 'DROP TABLE x' }] },
      'InvalidParameterException',
    ],
    [
      { Name: 'board', Widgets: [{ QueryStatement: 'DROP TABLE x', ViewProperties: {} }] },
      'InvalidQueryStatementException',
    ],
    [
      { Name: 'board', Widgets: [{ QueryStatement: `SELECT 1 FROM ${newEventId()}`, ViewProperties: {} }] },
      'EventDataStoreNotFoundException',
    ],
    [
      { Name: 'board', Widgets: [{ ...WIDGET, QueryParameters: ['$Other$'] }] },
      'InvalidQueryStatementException',
    ],
    [
      { Name: 'board', RefreshSchedule: { Status: 'ENABLED', Frequency: { Unit: 'HOURS', Value: 5 } } },
      'InvalidParameterException',
    ],
  ])('cannot be made of what is wrong (%#)', async (input, code) => {
    const { call } = await prepared();
    expect(await errorOf(call('CreateDashboard', input))).toMatchObject({ code });
  });
});

describe('managed dashboards', () => {
  it('are there, need to be told of which store, and cannot be changed', async () => {
    const { call, described } = await prepared();
    const { Dashboards } = (await call('ListDashboards', { Type: 'MANAGED' })) as { Dashboards: unknown[] };
    expect(Dashboards).toHaveLength(MANAGED.length - 1);
    const name = 'AWSCloudTrail-Security';
    expect(await errorOf(call('StartDashboardRefresh', { DashboardId: name }))).toMatchObject({
      code: 'InvalidParameterException',
    });
    const { RefreshId } = await call('StartDashboardRefresh', {
      DashboardId: name,
      QueryParameterValues: { $EventDataStoreId$: testStore().arn },
    });
    expect(await described(`Widget-${name}-1`, RefreshId)).toMatchObject({ QueryStatus: 'FINISHED' });
    for (const operation of ['UpdateDashboard', 'DeleteDashboard'])
      expect(await errorOf(call(operation, { DashboardId: name }))).toMatchObject({
        code: 'UnsupportedOperationException',
      });
  });

  it('Highlights is made with its schedule, and finds its store itself', async () => {
    const { call, described } = await prepared();
    const Name = 'AWSCloudTrail-Highlights';
    const RefreshSchedule = { Status: 'ENABLED', Frequency: { Unit: 'HOURS', Value: 6 } };
    expect(await call('CreateDashboard', { Name, RefreshSchedule })).toMatchObject({ Type: 'MANAGED' });
    const { RefreshId } = await call('StartDashboardRefresh', { DashboardId: Name });
    const { QueryString } = await described(`Widget-${Name}-1`, RefreshId);
    expect(QueryString).toContain(`FROM ${STORE} WHERE`);
    await call('DeleteDashboard', { DashboardId: Name });
  });
});
