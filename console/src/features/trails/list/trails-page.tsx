import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { ErrorState } from '../../../parts/error-state.tsx';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { TrailActions } from '../actions/actions-context.tsx';
import { TrailList } from './trail-list.tsx';
import { formatView, parseView, type TrailsView } from './trails-view.ts';
import { useRows } from './use-rows.ts';

/** The trails of the session's account and region, and whether they deliver. */
export default function TrailsPage({ search }: { readonly search: string }) {
  const { session } = useConnection();
  const view = parseView(search);
  const { trails, refresh, ...list } = useRows(view);
  const change = (changes: Partial<TrailsView>) =>
    navigate({ page: 'trails', search: formatView({ ...view, page: 1, ...changes }) }, 'replace');
  const total = trails.data?.length ?? 0;
  const header = (
    <Header
      variant="h1"
      counter={trails.data && (view.text === '' ? `(${total})` : `(${list.matches}/${total})`)}
      description={`Account ${session.accountId}, ${session.region}. Refreshed with each delivery.`}
      actions={
        <SpaceBetween size="xs" direction="horizontal">
          <Button
            iconName="refresh"
            ariaLabel="Refresh"
            loading={trails.isFetching && !trails.isPending}
            onClick={refresh}
          />
          <Button variant="primary" href="#/create-trail">
            Create trail
          </Button>
        </SpaceBetween>
      }
    >
      Trails
    </Header>
  );
  return (
    <PageLayout active="trails" title="Trails">
      <TrailActions>
        <div className="ot-history">
          {trails.isError ? (
            <ErrorState
              error={trails.error}
              what="Trails"
              heading="Trails"
              action="cloudtrail:DescribeTrails"
              onRetry={refresh}
            />
          ) : (
            <TrailList
              {...list}
              view={view}
              total={total}
              onChange={change}
              loading={trails.isPending}
              header={header}
            />
          )}
        </div>
      </TrailActions>
    </PageLayout>
  );
}
