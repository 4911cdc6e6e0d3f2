import type { ApiClient } from '../../aws/client.ts';
import { ApiError } from '../../aws/errors.ts';
import { object, objects, pages, text, texts, time, type Json } from '../../aws/pages.ts';
import { isOver, queryResults, type ResultPage } from '../../lake/queries.ts';

type Api = Pick<ApiClient, 'json' | 'cloudtrail'>;

export type DashboardName = { readonly arn: string; readonly name: string; readonly isManaged: boolean };

export type Widget = {
  readonly alias: string;
  readonly title: string;
  /** Table, LineChart, BarChart, PieChart … */
  readonly view: string;
  readonly width: number;
  /** As it is kept: with `?` for each parameter. */
  readonly statement: string;
  readonly parameters: readonly string[];
  /** All that is said of how it looks. */
  readonly properties: Json;
};

export type Dashboard = DashboardName & {
  readonly widgets: readonly Widget[];
  readonly lastRefresh: string;
  readonly failure: string;
  readonly updated: number;
  readonly isProtected: boolean;
  /** `every 6 HOURS`; '' where it is refreshed by hand only. */
  readonly schedule: string;
};

/** One's own first. */
export async function listDashboards(api: Api, signal?: AbortSignal): Promise<readonly DashboardName[]> {
  const asked = { service: 'cloudtrail', operation: 'ListDashboards', list: 'Dashboards' } as const;
  const found = (await pages(api, asked, signal)).map((one) => readName(text(one['DashboardArn']), one));
  return found.sort((a, b) => Number(a.isManaged) - Number(b.isManaged));
}

/** By name or ARN. */
export async function getDashboard(api: Api, id: string, signal?: AbortSignal): Promise<Dashboard> {
  const answer = await api.cloudtrail('GetDashboard', { DashboardId: id }, signal);
  const schedule = object(answer['RefreshSchedule']);
  const frequency = object(schedule['Frequency']);
  const isOn = text(schedule['Status']) === 'ENABLED';
  return {
    ...readName(text(answer['DashboardArn']), answer),
    widgets: objects(answer['Widgets']).map(readWidget),
    lastRefresh: text(answer['LastRefreshId']),
    failure: text(answer['LastRefreshFailureReason']),
    updated: time(answer['UpdatedTimestamp']),
    isProtected: answer['TerminationProtectionEnabled'] === true,
    schedule: isOn ? `every ${String(frequency['Value'])} ${text(frequency['Unit']).toLowerCase()}` : '',
  };
}

export async function updateDashboard(api: Api, id: string, changes: object): Promise<void> {
  await api.cloudtrail('UpdateDashboard', { DashboardId: id, ...changes });
}

export async function deleteDashboard(api: Api, id: string): Promise<void> {
  await api.cloudtrail('DeleteDashboard', { DashboardId: id });
}

/** Resolves with the id of the refresh. Times in milliseconds. */
export async function refreshDashboard(
  api: Api,
  id: string,
  asked: { readonly store: string | undefined; readonly from: number; readonly to: number },
): Promise<string> {
  const answer = await api.cloudtrail('StartDashboardRefresh', {
    DashboardId: id,
    QueryParameterValues: {
      $StartTime$: new Date(asked.from).toISOString(),
      $EndTime$: new Date(asked.to).toISOString(),
      ...(asked.store === undefined ? {} : { $EventDataStoreId$: asked.store }),
    },
  });
  return text(answer['RefreshId']);
}

/** `none`: the widget came after the refresh, or what was found is no longer kept. */
export type WidgetResults =
  | { readonly state: 'running' }
  | { readonly state: 'none' }
  | { readonly state: 'failed'; readonly failure: string }
  | { readonly state: 'found'; readonly page: ResultPage };

/** What became of a widget's query. */
export async function widgetResults(
  api: Api,
  { alias, refresh }: { readonly alias: string; readonly refresh: string },
  signal?: AbortSignal,
): Promise<WidgetResults> {
  const input = { QueryAlias: alias, RefreshId: refresh };
  const query = await api.cloudtrail('DescribeQuery', input, signal).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'QueryIdNotFoundException') return undefined;
    throw error;
  });
  if (!query) return { state: 'none' };
  const status = text(query['QueryStatus']);
  if (!isOver(status)) return { state: 'running' };
  if (status !== 'FINISHED')
    return { state: 'failed', failure: text(query['ErrorMessage']) || `It ended as ${status}.` };
  return { state: 'found', page: await queryResults(api, { id: text(query['QueryId']) }, signal) };
}

function readName(arn: string, one: Json): DashboardName {
  return { arn, name: arn.split('/').at(-1) ?? arn, isManaged: text(one['Type']) === 'MANAGED' };
}

function readWidget(one: Json): Widget {
  const view = object(one['ViewProperties']);
  return {
    alias: text(one['QueryAlias']),
    title: text(view['Title']) || 'Widget',
    view: text(view['View']) || 'Table',
    width: Number(view['Width'] ?? 4) || 4,
    statement: text(one['QueryStatement']),
    parameters: texts(one['QueryParameters']),
    properties: view,
  };
}

/** `AWSCloudTrail-S3DataEvents` → `S3 data events`. */
export function readableName({ name, isManaged }: DashboardName): string {
  if (!isManaged) return name;
  const words = name
    .replace(/^AWSCloudTrail-/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('-', ' ');
  return words;
}
