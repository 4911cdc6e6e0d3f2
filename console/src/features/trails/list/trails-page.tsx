import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Cards from '@cloudscape-design/components/cards';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';

import { Command } from '../../../parts/command.tsx';
import { ErrorState } from '../../../parts/error-state.tsx';
import { useNarrow } from '../../../parts/use-narrow.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { TrailActions } from '../actions/actions-context.tsx';
import { COLUMNS, type Row } from './columns.tsx';
import { useRows } from './use-rows.ts';

/** The trails of the session's account and region, and whether they deliver. */
export default function TrailsPage() {
  const { session } = useConnection();
  const { trails, rows, refresh } = useRows();
  const header = (
    <Header
      variant="h1"
      counter={trails.data ? `(${trails.data.length})` : undefined}
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
              action="cloudtrail:DescribeTrails"
              onRetry={refresh}
            />
          ) : (
            <TrailList rows={rows} loading={trails.isPending} header={header} />
          )}
        </div>
      </TrailActions>
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
      <p>
        Event history works without one. A trail delivers log files and signed digests to a bucket, and from
        there to whatever reads them.
      </p>
      <Button variant="primary" href="#/create-trail">
        Create trail
      </Button>
      <p>Or with the CLI:</p>
      <Command
        text={
          'aws cloudtrail create-trail --name main --s3-bucket-name BUCKET \\\n  --is-multi-region-trail --enable-log-file-validation'
        }
      />
      <Command text="aws cloudtrail start-logging --name main" />
    </div>
  );
}
