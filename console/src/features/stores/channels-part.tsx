import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';

import { channelsOf, type Channel } from '../../lake/channels.ts';
import type { Store } from '../../lake/stores.ts';
import { Command } from '../../parts/command.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { ItemList, type Column } from '../../parts/item-list.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { useConnection } from '../../session/context.tsx';

const COLUMNS: readonly Column<Channel>[] = [
  { id: 'name', header: 'Channel', minWidth: 160, isRowHeader: true, cell: ({ name }) => name },
  {
    id: 'source',
    header: 'Of',
    minWidth: 110,
    cell: ({ source }) => (source === 'Custom' ? 'one’s own' : source),
  },
  { id: 'state', header: 'State', minWidth: 160, cell: (channel) => <ChannelState {...channel} /> },
  {
    id: 'last',
    header: 'Last event taken',
    minWidth: 190,
    cell: ({ succeeded }) => (succeeded === 0 ? 'none yet' : <TimeText ms={succeeded} />),
  },
  {
    id: 'arn',
    header: 'ARN',
    minWidth: 280,
    cell: ({ arn, name }) => (
      <>
        <span className="ot-mono ot-anywhere">{arn}</span>{' '}
        <CopyButton text={arn} what={`the ARN of ${name}`} />
      </>
    ),
  },
];

/** The channels that lead into a store, and what became of the latest events of each. */
export function ChannelsPart({ store }: { readonly store: Store }) {
  const { api } = useConnection();
  const channels = useQuery({
    queryKey: ['channels', store.arn],
    queryFn: ({ signal }) => channelsOf(api, store.arn, signal),
    staleTime: 0,
  });
  if (channels.isError)
    return (
      <ErrorState
        error={channels.error}
        what="Channels"
        action="cloudtrail:ListChannels"
        onRetry={() => void channels.refetch()}
      />
    );
  return (
    <ItemList
      what="Channels"
      items={channels.data ?? []}
      trackBy="arn"
      columns={COLUMNS}
      loading={channels.isPending}
      header={
        <Header
          variant="h2"
          counter={channels.data && `(${channels.data.length})`}
          description="Where events of your own services come in."
          actions={
            <Button
              iconName="refresh"
              ariaLabel="Refresh the channels"
              loading={channels.isFetching && !channels.isPending}
              onClick={() => void channels.refetch()}
            />
          }
        >
          Channels
        </Header>
      }
      empty={<NoChannels store={store} />}
    />
  );
}

function ChannelState({ tried, error }: Channel) {
  if (tried === 0) return <StatusIndicator type="pending">waits for events</StatusIndicator>;
  if (error === '') return <StatusIndicator type="success">takes events</StatusIndicator>;
  return (
    <>
      <StatusIndicator type="error">refused the last one</StatusIndicator>
      <div className="ot-secondary ot-mono ot-anywhere">{error}</div>
    </>
  );
}

function NoChannels({ store }: { readonly store: Store }) {
  return (
    <div className="ot-first-steps">
      <p>No channel leads here yet. Make one:</p>
      <Command
        text={`aws cloudtrail create-channel --name my-service --source Custom \\\n  --destinations Type=EVENT_DATA_STORE,Location=${store.arn}`}
      />
    </div>
  );
}
