import { useQuery } from '@tanstack/react-query';

import { queryableStores } from '../../lake/stores.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { getDashboard, readableName } from './dashboards.ts';
import { WidgetForm } from './widget-form.tsx';

/** A new widget for a dashboard of one's own. */
export default function AddWidgetPage({ id }: { readonly id: string }) {
  const { api } = useConnection();
  const dashboard = useQuery({
    // Not what other pages know of it: the form goes on from what it began with.
    queryKey: ['dashboard-to-change', id],
    queryFn: ({ signal }) => getDashboard(api, id, signal),
    staleTime: 0,
  });
  const stores = useQuery({
    queryKey: ['queryable-stores'],
    queryFn: ({ signal }) => queryableStores(api, signal),
    staleTime: 0,
  });
  const crumbs = [
    { text: 'Dashboards', href: '#/dashboards' },
    { text: dashboard.data ? readableName(dashboard.data) : id, href: formatHash({ page: 'dashboard', id }) },
    { text: 'Add widget', href: formatHash({ page: 'add-widget', id }) },
  ];
  return (
    <PageLayout active="dashboards" title="Add widget" contentType="default" crumbs={crumbs}>
      <div className="ot-trail">
        {(dashboard.isPending || stores.isPending) && <Waiting what="the dashboard" lines={6} />}
        {dashboard.isError && (
          <ErrorState
            error={dashboard.error}
            what="The dashboard"
            heading={id}
            action="cloudtrail:GetDashboard"
            onRetry={() => void dashboard.refetch()}
          />
        )}
        {!dashboard.isError && stores.isError && (
          <ErrorState
            error={stores.error}
            what="Event data stores"
            heading="Add widget"
            action="cloudtrail:ListEventDataStores"
            onRetry={() => void stores.refetch()}
          />
        )}
        {dashboard.data && stores.data && <WidgetForm dashboard={dashboard.data} stores={stores.data} />}
      </div>
    </PageLayout>
  );
}
