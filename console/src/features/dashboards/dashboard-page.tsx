import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { queryableStores } from '../../lake/stores.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { useAct } from '../../parts/use-act.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { CustomActions, RemoveWidget } from './custom-actions.tsx';
import { getDashboard, readableName, refreshDashboard, type Dashboard } from './dashboards.ts';
import { WidgetPart } from './widget-part.tsx';
import './dashboards.css';

const DAY = 86_400_000;
const SPANS = [
  { value: '1', label: 'the last 24 hours' },
  { value: '7', label: 'the last 7 days' },
  { value: '30', label: 'the last 30 days' },
  { value: '365', label: 'the last year' },
];

/** One dashboard: its widgets as the last refresh found them. */
export default function DashboardPage({ id }: { readonly id: string }) {
  const { api } = useConnection();
  const { act, busy, said } = useAct(['dashboard', 'dashboards']);
  const dashboard = useQuery({
    queryKey: ['dashboard', id],
    queryFn: ({ signal }) => getDashboard(api, id, signal),
    staleTime: 0,
  });
  const title = dashboard.data ? readableName(dashboard.data) : id;
  const crumbs = [
    { text: 'Dashboards', href: '#/dashboards' },
    { text: title, href: formatHash({ page: 'dashboard', id }) },
  ];
  return (
    <PageLayout active="dashboards" title={title} crumbs={crumbs}>
      {said}
      <div className="ot-history">
        {dashboard.isPending && <Waiting what="the dashboard" lines={6} />}
        {dashboard.isError && (
          <ErrorState
            error={dashboard.error}
            what="The dashboard"
            heading={id}
            action="cloudtrail:GetDashboard"
            onRetry={() => void dashboard.refetch()}
          />
        )}
        {dashboard.data && <Loaded dashboard={dashboard.data} title={title} act={act} busy={busy} />}
      </div>
    </PageLayout>
  );
}

type LoadedProps = Pick<ReturnType<typeof useAct>, 'act' | 'busy'> & {
  readonly dashboard: Dashboard;
  readonly title: string;
};

function Loaded({ dashboard, title, act, busy }: LoadedProps) {
  const { api } = useConnection();
  const stores = useQuery({
    queryKey: ['queryable-stores'],
    queryFn: ({ signal }) => queryableStores(api, signal),
    staleTime: 0,
  });
  const [chosen, setChosen] = useState<string>();
  const [days, setDays] = useState('7');
  const options = (stores.data ?? []).map(({ id, name }) => ({ value: id, label: name, description: id }));
  const store = chosen ?? options[0]?.value;
  const refresh = useMutation({
    mutationFn: () => {
      const to = Date.now();
      return refreshDashboard(api, dashboard.arn, {
        store: dashboard.isManaged ? store : undefined,
        from: to - Number(days) * DAY,
        to,
      });
    },
  });
  const shown = refresh.data ?? dashboard.lastRefresh;
  const needsStore = dashboard.isManaged && stores.data?.length === 0;
  const isEmpty = dashboard.widgets.length === 0;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description={
          dashboard.schedule === ''
            ? 'Refreshed when somebody asks: each widget is a query.'
            : `Refreshed ${dashboard.schedule}.`
        }
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            {!dashboard.isManaged && <CustomActions dashboard={dashboard} act={act} busy={busy} />}
            {dashboard.isManaged && options.length > 0 && (
              <Select
                selectedOption={options.find(({ value }) => value === store) ?? null}
                options={options}
                ariaLabel="Event data store"
                onChange={({ detail }) => setChosen(detail.selectedOption.value)}
              />
            )}
            <Select
              selectedOption={SPANS.find(({ value }) => value === days) ?? null}
              options={SPANS}
              ariaLabel="How far back"
              onChange={({ detail }) => setDays(detail.selectedOption.value ?? days)}
            />
            <Button
              variant="primary"
              loading={refresh.isPending}
              disabled={needsStore || isEmpty}
              onClick={() => refresh.mutate()}
            >
              Refresh
            </Button>
          </SpaceBetween>
        }
      >
        <span className="ot-anywhere">{title}</span>
      </Header>
      {refresh.isError && (
        <ErrorState
          error={refresh.error}
          what="The widgets"
          action="cloudtrail:StartDashboardRefresh"
          onRetry={() => refresh.mutate()}
        />
      )}
      {dashboard.failure !== '' && (
        <Box color="text-status-error">The last refresh failed: {dashboard.failure}</Box>
      )}
      <Hint dashboard={dashboard} needsStore={needsStore} isNew={shown === ''} />
      <div className="ot-widgets">
        {dashboard.widgets.map((widget) => (
          <WidgetPart
            key={`${widget.alias} ${shown}`}
            widget={widget}
            refresh={shown}
            actions={
              dashboard.isManaged ? undefined : (
                <RemoveWidget dashboard={dashboard} widget={widget} act={act} />
              )
            }
          />
        ))}
      </div>
    </SpaceBetween>
  );
}

type HintProps = {
  readonly dashboard: Dashboard;
  readonly needsStore: boolean;
  /** It was never refreshed. */
  readonly isNew: boolean;
};

/** What there is to do where nothing is shown. */
function Hint({ dashboard, needsStore, isNew }: HintProps) {
  if (dashboard.widgets.length === 0)
    return (
      <div className="ot-first-steps">
        <Box variant="h2">No widgets yet</Box>
        <p>A widget is a query over an event data store, shown as a chart or a table.</p>
        <Button variant="primary" href={formatHash({ page: 'add-widget', id: dashboard.name })}>
          Add the first widget
        </Button>
      </div>
    );
  if (needsStore)
    return (
      <Box>
        A dashboard shows what an event data store holds.{' '}
        <a className="ot-link" href="#/create-store">
          Create one first
        </a>
        .
      </Box>
    );
  if (!isNew) return null;
  return <Box color="text-body-secondary">Nothing is shown yet: choose a time and refresh.</Box>;
}
