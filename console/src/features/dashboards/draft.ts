import type { PlannedCall } from '../../plan/planned-call.ts';
import { STORE_PLACE } from '../../lake/schema.ts';
import type { Dashboard, Widget } from './dashboards.ts';

export type DashboardDraft = { readonly name: string; readonly isProtected: boolean };

/** `statement`: with `$StartTime$`, `$EndTime$` and `$Period$`, for which a refresh puts its own. */
export type WidgetDraft = {
  readonly title: string;
  readonly view: View;
  readonly width: string;
  readonly statement: string;
};

export type View = 'Table' | 'LineChart' | 'BarChart' | 'PieChart';

export const VIEWS: readonly { readonly value: View; readonly label: string }[] = [
  { value: 'LineChart', label: 'Chart over time' },
  { value: 'BarChart', label: 'Bars' },
  { value: 'Table', label: 'Table' },
];

/** Of the twelve columns of a page. */
export const WIDTHS = [
  { value: '4', label: 'A third of the page' },
  { value: '8', label: 'Two thirds of the page' },
  { value: '12', label: 'The whole page' },
];

const BETWEEN = "eventtime BETWEEN '$StartTime$' AND '$EndTime$'";

/** What a widget may begin with. */
export const STARTS: readonly (WidgetDraft & { readonly id: string })[] = [
  {
    id: 'calls',
    title: 'Calls',
    view: 'LineChart',
    width: '8',
    statement: `SELECT date_trunc('$Period$', eventtime) AS period, count(*) AS calls
FROM ${STORE_PLACE}
WHERE ${BETWEEN}
GROUP BY 1
ORDER BY 1`,
  },
  top('operations', 'Busiest operations', 'eventname', 'operation'),
  top('identities', 'Busiest identities', 'useridentity.arn', 'identity'),
  top('errors', 'Errors', 'errorcode', 'error'),
  {
    id: 'refused',
    title: 'Refused calls',
    view: 'Table',
    width: '12',
    statement: `SELECT eventtime, useridentity.arn AS identity, eventname, sourceipaddress
FROM ${STORE_PLACE}
WHERE ${BETWEEN}
  AND errorcode LIKE 'AccessDenied%'
ORDER BY eventtime DESC
LIMIT 50`,
  },
];

function top(id: string, title: string, of: string, as: string): WidgetDraft & { readonly id: string } {
  const statement = `SELECT ${of} AS ${as}, count(*) AS calls
FROM ${STORE_PLACE}
WHERE ${BETWEEN}
  AND ${of} IS NOT NULL
GROUP BY 1
ORDER BY 2 DESC
LIMIT 10`;
  return { id, title, view: 'BarChart', width: '4', statement };
}

/** The call that makes the dashboard. The form must be valid. */
export function planDashboard({ name, isProtected }: DashboardDraft): PlannedCall {
  return {
    id: 'CreateDashboard',
    title: `Make the dashboard ${name}`,
    made: `dashboard ${name}`,
    service: 'cloudtrail',
    operation: 'CreateDashboard',
    field: 'name',
    existsCodes: ['ConflictException'],
    input: { Name: name, TerminationProtectionEnabled: isProtected },
  };
}

/** The call that adds the widget. `store`: id of the one that the statement's `$EDS_ID` stands for. */
export function planWidget(dashboard: Dashboard, draft: WidgetDraft, store: string): PlannedCall {
  const { title, view, width } = draft;
  const added = {
    ...withParameters(draft.statement.replaceAll(STORE_PLACE, store)),
    ViewProperties: { Title: title.trim(), View: view, Height: '2', Width: width },
  };
  return {
    id: 'UpdateDashboard',
    title: `Put the widget ${title.trim()} on ${dashboard.name}`,
    made: `widget ${title.trim()}`,
    service: 'cloudtrail',
    operation: 'UpdateDashboard',
    field: 'statement',
    existsCodes: [],
    input: { DashboardId: dashboard.name, Widgets: [...dashboard.widgets.map(asGiven), added] },
  };
}

/** What UpdateDashboard takes to leave one out. */
export function widgetsWithout({ widgets }: Dashboard, alias: string): readonly object[] {
  return widgets.filter((one) => one.alias !== alias).map(asGiven);
}

function asGiven({ statement, parameters, properties }: Widget): object {
  return {
    QueryStatement: statement,
    ...(parameters.length === 0 ? {} : { QueryParameters: parameters }),
    ViewProperties: properties,
  };
}

const PARAMETER = /\$(?:StartTime|EndTime|Period)\$/g;

/** The API has a `?` for each, and their names in order. */
function withParameters(statement: string): object {
  const parameters = statement.match(PARAMETER) ?? [];
  return {
    QueryStatement: statement.trim().replaceAll(PARAMETER, '?'),
    ...(parameters.length === 0 ? {} : { QueryParameters: [...parameters] }),
  };
}

export function nameProblem(name: string): string | undefined {
  if (!/^[\w-]{3,128}$/.test(name)) return 'Enter 3 to 128 letters, digits, hyphens or underscores.';
  return /^aws/i.test(name) ? 'Names that begin with AWS are reserved.' : undefined;
}

export type WidgetProblems = { readonly title?: string; readonly statement?: string };

export function widgetProblems({ title, statement }: WidgetDraft): WidgetProblems {
  const wrong = statementProblem(statement);
  return {
    ...(/^[\w. -]{1,128}$/.test(title.trim())
      ? {}
      : { title: 'Enter up to 128 letters, digits, spaces, periods, hyphens or underscores.' }),
    ...(wrong === undefined ? {} : { statement: wrong }),
  };
}

function statementProblem(statement: string): string | undefined {
  if (statement.trim() === '') return 'Write a statement.';
  if (statement.length > 10_000) return 'At most 10,000 letters.';
  if (statement.includes('?'))
    return 'A question mark would stand for a parameter: write $StartTime$, $EndTime$ or $Period$.';
  return (statement.match(PARAMETER) ?? []).length > 10 ? 'At most ten parameters.' : undefined;
}
