import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';

import { isNotServed } from '../../aws/errors.ts';
import { getStore, type Store } from '../../lake/stores.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { NotServed } from '../../parts/not-served.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { useAct } from '../../parts/use-act.tsx';
import { useNarrow } from '../../parts/use-narrow.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { ChannelsPart } from './channels-part.tsx';
import { ImportsPart } from './imports-part.tsx';
import { StoreActions } from './store-actions.tsx';
import { daysText, StoreStatus } from './store-status.tsx';

/** What comes by channels; everything else comes by itself, or is imported. */
const BY_CHANNELS = 'ActivityAuditLog';

/** One event data store: what it keeps, for how long, and what comes and was imported into it. */
export default function StorePage({ id }: { readonly id: string }) {
  const { api } = useConnection();
  const { act, busy, said } = useAct(['store', 'store-names', 'queryable-stores']);
  const store = useQuery({
    queryKey: ['store', id],
    queryFn: ({ signal }) => getStore(api, id, signal),
    staleTime: 0,
  });
  const { error } = store;
  const title = store.data?.name ?? id;
  const crumbs = [
    { text: 'Event data stores', href: '#/stores' },
    { text: title, href: formatHash({ page: 'store', id }) },
  ];
  return (
    <PageLayout active="stores" title={title} contentType="default" crumbs={crumbs}>
      {said}
      <div className="ot-trail">
        {store.isPending && <Waiting what="the event data store" lines={6} />}
        {error && isNotServed(error) && <NotServed title="No event data stores here" error={error} />}
        {error && !isNotServed(error) && (
          <ErrorState
            error={error}
            what="The event data store"
            heading={id}
            action="cloudtrail:GetEventDataStore"
            onRetry={() => void store.refetch()}
          />
        )}
        {store.data && (
          <SpaceBetween size="l">
            <Header
              variant="h1"
              info={<StoreStatus status={store.data.status} />}
              description={
                <>
                  <span className="ot-mono ot-anywhere">{store.data.arn}</span>{' '}
                  <CopyButton text={store.data.arn} what="the store’s ARN" />
                </>
              }
              actions={<StoreActions store={store.data} act={act} busy={busy} />}
            >
              <span className="ot-anywhere">{store.data.name}</span>
            </Header>
            <Facts store={store.data} />
            {store.data.categories.includes(BY_CHANNELS) ? (
              <ChannelsPart store={store.data} />
            ) : (
              <ImportsPart store={store.data} />
            )}
          </SpaceBetween>
        )}
      </div>
    </PageLayout>
  );
}

function Facts({ store }: { readonly store: Store }) {
  const narrow = useNarrow();
  return (
    <Container>
      <KeyValuePairs
        columns={narrow ? 1 : 3}
        items={[
          { label: 'Keeps', value: store.categories.join(', ') || 'everything' },
          { label: 'For', value: `${daysText(store.retentionDays)}, by the time of the event` },
          {
            label: 'Of',
            value: `${store.organization ? 'all accounts of the organization' : 'this account'}, ${store.multiRegion ? 'all regions' : 'this region'}`,
          },
          { label: 'Deletion', value: store.isProtected ? 'protected' : 'not protected' },
          { label: 'Key', value: store.kmsKey === '' ? 'Opentrail’s own' : store.kmsKey },
          { label: 'In Athena', value: <Federation store={store} /> },
          { label: 'Made', value: <TimeText ms={store.created} /> },
          { label: 'Changed', value: <TimeText ms={store.updated} /> },
        ]}
      />
    </Container>
  );
}

function Federation({ store: { federation, federationRole } }: { readonly store: Store }) {
  if (federation !== 'ENABLED') return 'not shown';
  return (
    <>
      shown
      <div className="ot-secondary ot-mono ot-anywhere">{federationRole}</div>
    </>
  );
}
