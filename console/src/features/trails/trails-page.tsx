import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Cards from '@cloudscape-design/components/cards';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { Command } from '../../parts/command.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { useNarrow } from '../../parts/use-narrow.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { COLUMNS, type Row } from './columns.tsx';
import { trailSelectors } from './selectors.ts';
import { listTrails, trailStatus } from './trails.ts';

/** The trails of the session's account and region, and whether they deliver. */
export default function TrailsPage() {
  const { api, session } = useConnection();
  const queries = useQueryClient();
  const refresh = () => {
    void queries.invalidateQueries({ queryKey: ['trails'] });
    void queries.invalidateQueries({ queryKey: ['trail-status'] });
    void queries.invalidateQueries({ queryKey: ['trail-selectors'] });
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
  const selectors = useQueries({
    queries: (trails.data ?? []).map(({ arn }) => ({
      queryKey: ['trail-selectors', arn],
      queryFn: ({ signal }: { signal: AbortSignal }) => trailSelectors(api, arn, signal),
      staleTime: 0,
    })),
  });
  const rows: readonly Row[] = (trails.data ?? []).map((trail, index) => ({
    ...trail,
    status: statuses[index]?.data,
    failed: statuses[index]?.isError ?? false,
    logged: selectors[index]?.data,
  }));
  const header = (
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
  );
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
          <TrailList rows={rows} loading={trails.isPending} header={header} />
        )}
      </div>
    </PageLayout>
  );
}

type ListProps = { readonly rows: readonly Row[]; readonly loading: boolean; readonly header: ReactNode };

/** A table; on a narrow screen a card each, since nothing of it may be left of the edge. */
function TrailList({ rows, loading, header }: ListProps) {
  const shared = {
    items: rows,
    trackBy: 'arn',
    loading,
    loadingText: 'Loading trails',
    header,
    empty: <NoTrails />,
  } as const;
  if (useNarrow()) {
    const [name, ...sections] = COLUMNS;
    return (
      <Cards
        {...shared}
        cardDefinition={{
          header: (row) => name?.cell(row),
          sections: sections.map(({ id, header: title, cell }) => ({ id, header: title, content: cell })),
        }}
        ariaLabels={{ itemSelectionLabel: () => '', selectionGroupLabel: 'Trails', cardsLabel: 'Trails' }}
      />
    );
  }
  return (
    <Table
      {...shared}
      variant="container"
      contentDensity="compact"
      skeleton={{ totalRows: 3 }}
      wrapLines
      columnDefinitions={COLUMNS}
      ariaLabels={{ tableLabel: 'Trails' }}
    />
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
