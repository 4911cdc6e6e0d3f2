import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';

import { Command } from '../../parts/command.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { listTrails, trailStatus, type Trail, type TrailStatus } from './trails.ts';

type Row = Trail & { readonly status: TrailStatus | undefined; readonly failed: boolean };

/** The trails of the session's account and region, and whether they deliver. */
export default function TrailsPage() {
  const { api, session } = useConnection();
  const queries = useQueryClient();
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ['trails'] });
    void queries.invalidateQueries({ queryKey: ['trail-status'] });
  };
  const trails = useQuery({
    queryKey: ['trails'],
    queryFn: ({ signal }) => listTrails(api, signal),
    staleTime: 0,
  });
  const statuses = useQueries({
    queries: (trails.data ?? []).map(({ arn }) => ({
      queryKey: ['trail-status', arn],
      queryFn: ({ signal }: { signal: AbortSignal }) => trailStatus(api, arn, signal),
      staleTime: 0,
    })),
  });
  const rows: readonly Row[] = (trails.data ?? []).map((trail, index) => ({
    ...trail,
    status: statuses[index]?.data,
    failed: statuses[index]?.isError ?? false,
  }));
  return (
    <PageLayout active="trails" title="Trails">
      <div className="ot-history">
        {trails.isError ? (
          <ErrorState
            error={trails.error}
            what="Trails"
            action="cloudtrail:DescribeTrails"
            onRetry={refresh}
          />
        ) : (
          <Table
            items={rows}
            trackBy="arn"
            variant="container"
            contentDensity="compact"
            loading={trails.isPending}
            loadingText="Loading trails"
            skeleton={{ totalRows: 3 }}
            wrapLines
            header={
              <Header
                variant="h1"
                counter={trails.data ? `(${trails.data.length})` : undefined}
                description={`Account ${session.accountId}, ${session.region}`}
                actions={
                  <Button
                    iconName="refresh"
                    ariaLabel="Refresh"
                    loading={trails.isFetching && !trails.isPending}
                    onClick={refresh}
                  />
                }
              >
                Trails
              </Header>
            }
            empty={<NoTrails />}
            columnDefinitions={COLUMNS}
            ariaLabels={{ tableLabel: 'Trails' }}
          />
        )}
      </div>
    </PageLayout>
  );
}

const COLUMNS = [
  {
    id: 'name',
    header: 'Trail',
    isRowHeader: true,
    cell: (row: Row) => (
      <>
        {row.name} <CopyButton text={row.arn} what="the trail’s ARN" />
      </>
    ),
  },
  { id: 'state', header: 'State', cell: (row: Row) => <State row={row} /> },
  {
    id: 'delivery',
    header: 'Last delivery',
    cell: (row: Row) => <Delivery at={row.status?.lastDelivery} error={row.status?.deliveryError} />,
  },
  {
    id: 'digest',
    header: 'Last digest',
    cell: (row: Row) =>
      row.validated ? (
        <Delivery at={row.status?.lastDigest} error={row.status?.digestError} />
      ) : (
        'no validation'
      ),
  },
  { id: 'bucket', header: 'Delivers to', cell: (row: Row) => <span className="ot-mono">{row.bucket}</span> },
  {
    id: 'region',
    header: 'Region',
    cell: (row: Row) => (row.multiRegion ? `all (home ${row.homeRegion})` : row.homeRegion),
  },
];

function State({ row }: { readonly row: Row }) {
  if (row.failed) return <StatusIndicator type="warning">Unknown</StatusIndicator>;
  if (!row.status) return <StatusIndicator type="pending">…</StatusIndicator>;
  if (!row.status.logging) return <StatusIndicator type="stopped">Stopped</StatusIndicator>;
  const error = row.status.deliveryError ?? row.status.digestError;
  return error ? (
    <StatusIndicator type="error">Not delivering</StatusIndicator>
  ) : (
    <StatusIndicator type="success">Logging</StatusIndicator>
  );
}

function Delivery({ at, error }: { readonly at: number | undefined; readonly error: string | undefined }) {
  return (
    <>
      {at === undefined ? 'never' : <TimeText ms={at} />}
      {error && <div className="ot-bad">{error}</div>}
    </>
  );
}

function NoTrails() {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">No trails</Box>
      <p>Event history works without one. A trail delivers log files and signed digests to a bucket:</p>
      <Command
        text={
          'aws cloudtrail create-trail --name main --s3-bucket-name BUCKET \\\n  --is-multi-region-trail --enable-log-file-validation'
        }
      />
      <Command text="aws cloudtrail start-logging --name main" />
    </div>
  );
}
