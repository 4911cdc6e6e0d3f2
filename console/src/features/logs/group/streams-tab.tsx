import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';

import { ErrorState } from '../../../parts/error-state.tsx';
import { ItemList } from '../../../parts/item-list.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { formatHash } from '../../../routing/route.ts';
import { useConnection } from '../../../session/context.tsx';
import { newestStreams, type LogStream } from '../logs.ts';

/** The streams that were written to last. */
export function StreamsTab({ group }: { readonly group: string }) {
  const { api } = useConnection();
  const streams = useQuery({
    queryKey: ['log-streams', group],
    queryFn: ({ signal }) => newestStreams(api, group, signal),
    staleTime: 0,
  });
  if (streams.isError)
    return (
      <ErrorState
        error={streams.error}
        what="Streams"
        action="logs:DescribeLogStreams"
        onRetry={() => void streams.refetch()}
      />
    );
  const columns = [
    {
      id: 'name',
      header: 'Stream',
      minWidth: 260,
      isRowHeader: true,
      cell: ({ name }: LogStream) => (
        <a
          className="ot-link ot-anywhere"
          href={formatHash({ page: 'log-group', name: group, tab: 'events', stream: name })}
        >
          {name}
        </a>
      ),
    },
    {
      id: 'last',
      header: 'Last event',
      minWidth: 190,
      cell: ({ last }: LogStream) => <TimeText ms={last} />,
    },
    {
      id: 'first',
      header: 'First event',
      minWidth: 190,
      cell: ({ first }: LogStream) => <TimeText ms={first} />,
    },
    {
      id: 'made',
      header: 'Made',
      minWidth: 190,
      cell: ({ created }: LogStream) => <TimeText ms={created} />,
    },
  ];
  return (
    <ItemList
      what="Streams"
      items={streams.data ?? []}
      trackBy="name"
      columns={columns}
      loading={streams.isPending}
      header={
        <Header
          variant="h2"
          counter={streams.data && `(${streams.data.length})`}
          description="Those written to last, at most fifty."
        >
          Streams
        </Header>
      }
      empty="Nothing was ever written."
    />
  );
}
