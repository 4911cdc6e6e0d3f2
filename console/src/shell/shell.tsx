import I18nProvider from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';

import { ApiError } from '../aws/errors.ts';
import { HistoryPage } from '../features/history/history-page.tsx';
import { navigate, useRoute } from '../routing/use-route.ts';
import { formatHash, type Route } from '../routing/route.ts';
import { Arrivals } from './arrival.ts';
import { TopBar } from './top-bar.tsx';
import { useKeys } from './use-keys.ts';

const HelpDialog = lazy(() => import('./help-dialog.tsx'));
const EventPage = lazy(() =>
  import('../features/event/event-page.tsx').then((module) => ({ default: module.EventPage })),
);
const TrailsPage = lazy(() => import('../features/trails/list/trails-page.tsx'));
const TrailPage = lazy(() => import('../features/trails/trail/trail-page.tsx'));
const WizardPage = lazy(() => import('../features/trails/wizard/wizard-page.tsx'));
const OrganizationPage = lazy(() => import('../features/organization/organization-page.tsx'));
const InboxPage = lazy(() => import('../features/detections/inbox/inbox-page.tsx'));
const FindingPage = lazy(() => import('../features/detections/finding/finding-page.tsx'));
const DetectionsPage = lazy(() => import('../features/detections/list/detections-page.tsx'));
const DetectionPage = lazy(() => import('../features/detections/detection-page.tsx'));
const LogGroupsPage = lazy(() => import('../features/logs/groups-page.tsx'));
const LogGroupPage = lazy(() => import('../features/logs/group/group-page.tsx'));
const SqlPage = lazy(() => import('../features/sql/sql-page.tsx'));
const StoresPage = lazy(() => import('../features/stores/stores-page.tsx'));
const StorePage = lazy(() => import('../features/stores/store-page.tsx'));
const CreateStorePage = lazy(() => import('../features/stores/create-page.tsx'));
const InsightsPage = lazy(() => import('../features/insights/insights-page.tsx'));
const InsightPage = lazy(() => import('../features/insights/insight-page.tsx'));
const DashboardsPage = lazy(() => import('../features/dashboards/dashboards-page.tsx'));
const DashboardPage = lazy(() => import('../features/dashboards/dashboard-page.tsx'));
const CreateDashboardPage = lazy(() => import('../features/dashboards/create-page.tsx'));
const AddWidgetPage = lazy(() => import('../features/dashboards/add-widget-page.tsx'));
const WhoPage = lazy(() => import('../features/who/who-page.tsx'));
const AlarmsPage = lazy(() => import('../features/alarms/alarms-page.tsx'));
const AlarmPage = lazy(() => import('../features/alarms/alarm/alarm-page.tsx'));
const EditAlarmPage = lazy(() => import('../features/alarms/edit/edit-page.tsx'));
const RulesPage = lazy(() => import('../features/rules/list/rules-page.tsx'));
const RulePage = lazy(() => import('../features/rules/rule/rule-page.tsx'));
const EditRulePage = lazy(() => import('../features/rules/edit/edit-page.tsx'));

/** Everything behind the sign-in. */
export default function Shell() {
  const [queries] = useState(createQueries);
  const [help, setHelp] = useState(false);
  const route = useRoute();
  const arrivals = useRef(false);
  const back = useLastList(route);
  useKeys({ '/': () => focusSearch(route), '?': () => setHelp(true) });
  return (
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={queries}>
        <TopBar onHelp={() => setHelp(true)} />
        <Suspense fallback={<div className="ot-boot" role="status" aria-label="Loading" />}>
          <Arrivals value={arrivals}>
            <Page route={route} back={back} />
          </Arrivals>
          {help && <HelpDialog onClose={() => setHelp(false)} />}
        </Suspense>
      </QueryClientProvider>
    </I18nProvider>
  );
}

/** Address of the list that was last looked at, to come back to with its filter. */
function useLastList(route: Route): string {
  const [last, setLast] = useState('#/events');
  useEffect(() => {
    if (route.page === 'events') setLast(formatHash(route));
  }, [route]);
  return last;
}

type Pages = {
  readonly [page in Route['page']]: (
    route: Extract<Route, { readonly page: page }>,
    back: string,
  ) => ReactNode;
};

/** A key where a page of the same kind has to begin anew. */
const PAGES: Pages = {
  events: ({ search }) => <HistoryPage search={search} />,
  event: ({ id }, back) => <EventPage key={id} id={id} back={back} />,
  findings: () => <InboxPage />,
  finding: ({ id }) => <FindingPage key={id} id={id} />,
  detections: () => <DetectionsPage />,
  detection: ({ id }) => <DetectionPage key={id} id={id} />,
  rules: () => <RulesPage />,
  rule: ({ name, bus }) => <RulePage key={`${bus}/${name}`} name={name} bus={bus} />,
  'create-rule': ({ event }) => <EditRulePage key={event ?? ''} rule={undefined} event={event} />,
  'edit-rule': ({ name, bus }) => (
    <EditRulePage key={`${bus}/${name}`} rule={{ name, bus }} event={undefined} />
  ),
  alarms: () => <AlarmsPage />,
  alarm: ({ name }) => <AlarmPage key={name} name={name} />,
  'create-alarm': ({ namespace = '', metric = '' }) => (
    <EditAlarmPage key={`${namespace} ${metric}`} name={undefined} metric={{ namespace, metric }} />
  ),
  'edit-alarm': ({ name }) => <EditAlarmPage key={name} name={name} metric={{ namespace: '', metric: '' }} />,
  'log-groups': () => <LogGroupsPage />,
  'log-group': ({ name, tab, stream }) => <LogGroupPage key={name} name={name} tab={tab} stream={stream} />,
  trails: ({ search }) => <TrailsPage search={search ?? ''} />,
  trail: ({ name, tab }) => <TrailPage key={name} name={name} tab={tab} />,
  'create-trail': () => <WizardPage key="" name={undefined} />,
  'edit-trail': ({ name }) => <WizardPage key={name} name={name} />,
  organization: () => <OrganizationPage />,
  sql: ({ statement, store }) => (
    <SqlPage key={`${store} ${statement}`} statement={statement} store={store} />
  ),
  insights: () => <InsightsPage />,
  insight: ({ id }) => <InsightPage key={id} id={id} />,
  dashboards: () => <DashboardsPage />,
  dashboard: ({ id }) => <DashboardPage key={id} id={id} />,
  'create-dashboard': () => <CreateDashboardPage />,
  'add-widget': ({ id }) => <AddWidgetPage key={id} id={id} />,
  stores: () => <StoresPage />,
  store: ({ id }) => <StorePage key={id} id={id} />,
  'create-store': () => <CreateStorePage />,
  who: ({ kind, value }) => <WhoPage key={`${kind} ${value}`} kind={kind} value={value} />,
};

function Page({ route, back }: { readonly route: Route; readonly back: string }) {
  const page = PAGES[route.page] as (route: Route, back: string) => ReactNode;
  return page(route, back);
}

/** At once where the box is there, so that no letter typed after `/` is lost; elsewhere one is taken to it first. */
function focusSearch(route: Route): void {
  const focus = () => document.querySelector<HTMLInputElement>('[data-focus-search] input')?.focus();
  if (route.page === 'events') return focus();
  navigate({ page: 'events', search: '' });
  window.setTimeout(focus, 50);
}

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // What the server refused it would refuse again; what did not reach it may.
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
      },
    },
  });
}
