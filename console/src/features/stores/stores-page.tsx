import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';

import { getStore, listStores, type Store, type StoreName } from '../../lake/stores.ts';
import { Command } from '../../parts/command.tsx';
import type { Column } from '../../parts/item-list.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { useList } from '../../parts/use-list.ts';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { ListPage } from '../../shell/list-page.tsx';
import { daysText, StoreStatus } from './store-status.tsx';

type Row = StoreName & { readonly store: Store | undefined };

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'name',
    header: 'Event data store',
    minWidth: 220,
    isRowHeader: true,
    cell: ({ name, id }) => (
      <>
        <a className="ot-link" href={formatHash({ page: 'store', id })}>
          {name}
        </a>
        <div className="ot-secondary ot-mono ot-anywhere">{id}</div>
      </>
    ),
  },
  {
    id: 'status',
    header: 'State',
    minWidth: 140,
    cell: ({ store }) => (store ? <StoreStatus status={store.status} /> : '–'),
  },
  {
    id: 'keeps',
    header: 'Keeps',
    minWidth: 150,
    cell: ({ store }) => (store ? store.categories.join(', ') || 'everything' : '–'),
  },
  {
    id: 'for',
    header: 'For',
    minWidth: 110,
    cell: ({ store }) => (store ? daysText(store.retentionDays) : '–'),
  },
  {
    id: 'made',
    header: 'Made',
    minWidth: 190,
    cell: ({ store }) => <TimeText ms={store?.created ?? 0} />,
  },
];

/** The event data stores of the session's account and region. */
export default function StoresPage() {
  const { api } = useConnection();
  const queries = useQueryClient();
  const stores = useQuery({
    queryKey: ['store-names'],
    queryFn: ({ signal }) => listStores(api, signal),
    staleTime: 0,
  });
  const list = useList(stores.data ?? [], ({ name, id }) => `${name} ${id}`, 25);
  // Those only that are seen.
  const details = useQueries({
    queries: list.seen.map(({ id }) => ({
      queryKey: ['store', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => getStore(api, id, signal),
      staleTime: 0,
    })),
  });
  return (
    <ListPage
      active="stores"
      title="Event data stores"
      action="cloudtrail:ListEventDataStores"
      query={stores}
      onRefresh={() => {
        for (const key of ['store-names', 'store']) void queries.invalidateQueries({ queryKey: [key] });
      }}
      list={list}
      rows={list.seen.map((one, index): Row => ({ ...one, store: details[index]?.data }))}
      trackBy="id"
      columns={COLUMNS}
      findBy="by name or id"
      actions={
        <>
          <Button href="#/sql">SQL</Button>
          <Button variant="primary" href="#/create-store">
            Create event data store
          </Button>
        </>
      }
      empty={<NoStores />}
    />
  );
}

function NoStores() {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">No event data stores</Box>
      <p>
        A store keeps events in columns for years, for SQL, dashboards and reports. What is recorded from then
        on goes into it; log files that were delivered before are imported.
      </p>
      <Button variant="primary" href="#/create-store">
        Create event data store
      </Button>
      <p>Or with the CLI:</p>
      <Command text="aws cloudtrail create-event-data-store --name main --retention-period 2557" />
    </div>
  );
}
