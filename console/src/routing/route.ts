/** Pages and their addresses, all behind the `#`: the server needs to know one file only. */
export type Route =
  | { readonly page: 'events'; readonly search: string }
  | { readonly page: 'event'; readonly id: string }
  /** `search`: what of the list is looked at, and in which order. */
  | { readonly page: 'trails'; readonly search?: string }
  /** By name, or by ARN where the trail's home is elsewhere. */
  | { readonly page: 'trail'; readonly name: string; readonly tab?: string }
  | { readonly page: 'create-trail' }
  | { readonly page: 'edit-trail'; readonly name: string }
  | { readonly page: 'organization' }
  /** `statement`: what it begins with, over a store. */
  | { readonly page: 'sql'; readonly statement?: string; readonly store?: string }
  | { readonly page: 'stores' }
  | { readonly page: 'store'; readonly id: string }
  | { readonly page: 'create-store' }
  | { readonly page: 'insights' }
  /** By the id that its start and its end share. */
  | { readonly page: 'insight'; readonly id: string }
  | { readonly page: 'dashboards' }
  /** By name, or by ARN. */
  | { readonly page: 'dashboard'; readonly id: string }
  | { readonly page: 'create-dashboard' }
  /** To the dashboard with that name. */
  | { readonly page: 'add-widget'; readonly id: string }
  /** `kind`: identity, role, key, address, resource … */
  | { readonly page: 'who'; readonly kind: string; readonly value: string }
  | { readonly page: 'rules' }
  | { readonly page: 'findings' }
  | { readonly page: 'detections' }
  | { readonly page: 'log-groups' }
  | { readonly page: 'alarms' }
  | { readonly page: 'alarm'; readonly name: string }
  | { readonly page: 'edit-alarm'; readonly name: string }
  /** On a metric, where one is given. */
  | { readonly page: 'create-alarm'; readonly namespace?: string; readonly metric?: string }
  | { readonly page: 'log-group'; readonly name: string; readonly tab?: string; readonly stream?: string }
  | { readonly page: 'finding'; readonly id: string }
  | { readonly page: 'detection'; readonly id: string }
  | { readonly page: 'rule'; readonly name: string; readonly bus: string }
  | { readonly page: 'edit-rule'; readonly name: string; readonly bus: string }
  /** `event`: id of the one that the rule is for. */
  | { readonly page: 'create-rule'; readonly event?: string };

type Parse = (id: string | undefined, search: URLSearchParams, text: string) => Route;

const PARSE: Readonly<Record<string, Parse>> = {
  events: (id, _search, text) => (id ? { page: 'event', id } : { page: 'events', search: text }),
  findings: (id) => (id ? { page: 'finding', id } : { page: 'findings' }),
  detections: (id) => (id ? { page: 'detection', id } : { page: 'detections' }),
  rules: (id, search) =>
    id ? { page: 'rule', name: id, bus: search.get('bus') ?? 'default' } : { page: 'rules' },
  'create-rule': (_id, search) => ({ page: 'create-rule', ...present({ event: search.get('event') }) }),
  'edit-rule': (id, search) =>
    id ? { page: 'edit-rule', name: id, bus: search.get('bus') ?? 'default' } : { page: 'rules' },
  alarms: (id) => (id ? { page: 'alarm', name: id } : { page: 'alarms' }),
  'create-alarm': (_id, search) => ({
    page: 'create-alarm',
    ...present({ namespace: search.get('namespace'), metric: search.get('metric') }),
  }),
  'edit-alarm': (id) => (id ? { page: 'edit-alarm', name: id } : { page: 'alarms' }),
  'log-groups': (id, search) =>
    id
      ? { page: 'log-group', name: id, ...present({ tab: search.get('tab'), stream: search.get('stream') }) }
      : { page: 'log-groups' },
  trails: (id, search, text) =>
    id
      ? { page: 'trail', name: id, ...present({ tab: search.get('tab') }) }
      : { page: 'trails', ...present({ search: text }) },
  'create-trail': () => ({ page: 'create-trail' }),
  'edit-trail': (id) => (id ? { page: 'edit-trail', name: id } : { page: 'trails' }),
  organization: () => ({ page: 'organization' }),
  sql: (_id, search) => ({
    page: 'sql',
    ...present({ statement: search.get('statement'), store: search.get('store') }),
  }),
  stores: (id) => (id ? { page: 'store', id } : { page: 'stores' }),
  'create-store': () => ({ page: 'create-store' }),
  insights: (id) => (id ? { page: 'insight', id } : { page: 'insights' }),
  dashboards: (id) => (id ? { page: 'dashboard', id } : { page: 'dashboards' }),
  'create-dashboard': () => ({ page: 'create-dashboard' }),
  'add-widget': (id) => (id ? { page: 'add-widget', id } : { page: 'dashboards' }),
  who: (id, search) => {
    const value = search.get('value');
    return id && value ? { page: 'who', kind: id, value } : { page: 'events', search: '' };
  },
};

/** `#/events?EventName=DeleteTable`, `#/events/<id>`, `#/trails/<name>`. Whatever else there is, is event history. */
export function parseHash(hash: string): Route {
  const [path = '', ...rest] = hash.replace(/^#/, '').split('?');
  const search = rest.join('?');
  const [page = '', id] = path.split('/').filter((segment) => segment !== '');
  const parse = Object.hasOwn(PARSE, page) ? PARSE[page] : undefined;
  if (!parse) return { page: 'events', search };
  return parse(id === undefined ? undefined : decode(id), new URLSearchParams(search), search);
}

type Formats = {
  readonly [page in Route['page']]: (route: Extract<Route, { readonly page: page }>) => string;
};

const FORMAT: Formats = {
  events: ({ search }) => withSearch('events', search),
  event: ({ id }) => below('events', id),
  findings: () => 'findings',
  finding: ({ id }) => below('findings', id),
  detections: () => 'detections',
  detection: ({ id }) => below('detections', id),
  rules: () => 'rules',
  rule: ({ name, bus }) => withQuery(below('rules', name), { bus: bus === 'default' ? '' : bus }),
  'edit-rule': ({ name, bus }) => withQuery(below('edit-rule', name), { bus: bus === 'default' ? '' : bus }),
  'create-rule': ({ event }) => withQuery('create-rule', { event }),
  alarms: () => 'alarms',
  alarm: ({ name }) => below('alarms', name),
  'edit-alarm': ({ name }) => below('edit-alarm', name),
  'create-alarm': ({ namespace, metric }) => withQuery('create-alarm', { namespace, metric }),
  'log-groups': () => 'log-groups',
  'log-group': ({ name, tab, stream }) =>
    withQuery(below('log-groups', name), { tab: tab === 'events' ? '' : tab, stream }),
  trails: ({ search }) => withSearch('trails', search ?? ''),
  trail: ({ name, tab }) => withQuery(below('trails', name), { tab }),
  'create-trail': () => 'create-trail',
  'edit-trail': ({ name }) => below('edit-trail', name),
  organization: () => 'organization',
  sql: ({ statement, store }) => withQuery('sql', { statement, store }),
  stores: () => 'stores',
  store: ({ id }) => below('stores', id),
  'create-store': () => 'create-store',
  insights: () => 'insights',
  insight: ({ id }) => below('insights', id),
  dashboards: () => 'dashboards',
  dashboard: ({ id }) => below('dashboards', id),
  'create-dashboard': () => 'create-dashboard',
  'add-widget': ({ id }) => below('add-widget', id),
  who: ({ kind, value }) => withQuery(below('who', kind), { value }),
};

export function formatHash(route: Route): string {
  const format = FORMAT[route.page] as (route: Route) => string;
  return `#/${format(route)}`;
}

function below(page: string, id: string): string {
  return `${page}/${encodeURIComponent(id)}`;
}

function withSearch(path: string, search: string): string {
  return search === '' ? path : `${path}?${search}`;
}

/** What is empty is left out. */
function withQuery(path: string, members: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(members).flatMap(([name, value]) =>
    value ? [`${name}=${encodeURIComponent(value)}`] : [],
  );
  return withSearch(path, pairs.join('&'));
}

/** Without what is missing or empty. */
function present<Name extends string>(
  members: Readonly<Record<Name, string | null>>,
): { readonly [name in Name]?: string } {
  const there = Object.entries(members).filter(([, value]) => value !== null && value !== '');
  return Object.fromEntries(there) as { readonly [name in Name]?: string };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
