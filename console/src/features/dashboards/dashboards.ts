import type { ApiClient } from '../../aws/client.ts';
import { object, objects, pages, text, time, type Json } from '../../aws/pages.ts';
import { isOver, queryResults, type ResultPage } from '../../lake/queries.ts';

type Api = Pick<ApiClient, 'json' | 'cloudtrail'>;

export type DashboardName = { readonly arn: string; readonly name: string; readonly isManaged: boolean };

export type Widget = {
  readonly alias: string;
  readonly title: string;
  /** Table, LineChart, BarChart, PieChart … */
  readonly view: string;
  readonly width: number;
  readonly statement: string;
};

export type Dashboard = DashboardName & {
  readonly widgets: readonly Widget[];
  readonly lastRefresh: string;
  readonly failure: string;
  readonly updated: number;
  /** `every 6 HOURS`; '' where it is refreshed by hand only. */
  readonly schedule: string;
};

export async function listDashboards(api: Api, signal?: AbortSignal): Promise<readonly DashboardName[]> {
  const asked = { service: 'cloudtrail', operation: 'ListDashboards', list: 'Dashboards' } as const;
  return (await pages(api, asked, signal)).map((one) => readName(text(one['DashboardArn']), one));
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
    schedule: isOn ? `every ${String(frequency['Value'])} ${text(frequency['Unit']).toLowerCase()}` : '',
  };
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

/** What a widget's query found, once it ended; undefined while it runs. Rejects with what it failed with. */
export async function widgetResults(
  api: Api,
  { alias, refresh }: { readonly alias: string; readonly refresh: string },
  signal?: AbortSignal,
): Promise<{ readonly page: ResultPage; readonly failure: string } | undefined> {
  const input = { QueryAlias: alias, RefreshId: refresh };
  const query = await api.cloudtrail('DescribeQuery', input, signal);
  const status = text(query['QueryStatus']);
  if (!isOver(status)) return undefined;
  const failure = status === 'FINISHED' ? '' : text(query['ErrorMessage']) || `It ended as ${status}.`;
  if (failure !== '') return { page: { columns: [], rows: [], total: 0, next: undefined }, failure };
  return { page: await queryResults(api, { id: text(query['QueryId']) }, signal), failure };
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
