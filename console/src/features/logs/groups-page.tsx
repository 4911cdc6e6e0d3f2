import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { isNotServed } from '../../aws/errors.ts';
import { bytesText } from '../../parts/bytes.ts';
import { Command } from '../../parts/command.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { ItemList } from '../../parts/item-list.tsx';
import { NotServed } from '../../parts/not-served.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { listGroups, type LogGroup } from './logs.ts';

const PAGE_SIZE = 50;

const COLUMNS = [
  {
    id: 'name',
    header: 'Log group',
    minWidth: 260,
    isRowHeader: true,
    cell: (group: LogGroup) => (
      <span className="ot-anywhere">
        <a className="ot-link" href={formatHash({ page: 'log-group', name: group.name })}>
          {group.name}
        </a>{' '}
        <CopyButton text={group.arn} what="the log group’s ARN" />
      </span>
    ),
  },
  {
    id: 'retention',
    header: 'Kept',
    minWidth: 110,
    cell: (group: LogGroup) => retentionText(group.retention),
  },
  { id: 'bytes', header: 'Stored', minWidth: 110, cell: (group: LogGroup) => bytesText(group.bytes) },
  {
    id: 'filters',
    header: 'Metric filters',
    minWidth: 110,
    cell: (group: LogGroup) => group.filters.toLocaleString('en'),
  },
  {
    id: 'created',
    header: 'Made',
    minWidth: 190,
    cell: (group: LogGroup) => <TimeText ms={group.created} />,
  },
];

export function retentionText(days: number | undefined): string {
  if (days === undefined) return 'for ever';
  return days === 1 ? '1 day' : `${days.toLocaleString('en')} days`;
}

/** The log groups of the session's account and region. */
export default function LogGroupsPage() {
  const { api, session } = useConnection();
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const groups = useQuery({
    queryKey: ['log-groups'],
    queryFn: ({ signal }) => listGroups(api, signal),
    staleTime: 0,
  });
  const matching = (groups.data ?? []).filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const { error } = groups;
  const total = groups.data?.length ?? 0;
  const header = (
    <Header
      variant="h1"
      counter={groups.data && (text === '' ? `(${total})` : `(${matching.length}/${total})`)}
      description={`Account ${session.accountId}, ${session.region}.`}
      actions={
        <Button
          iconName="refresh"
          ariaLabel="Refresh"
          loading={groups.isFetching && !groups.isPending}
          onClick={() => void groups.refetch()}
        />
      }
    >
      Log groups
    </Header>
  );
  return (
    <PageLayout active="log-groups" title="Log groups">
      <div className="ot-history">
        {error && isNotServed(error) && <NotServed title="No log groups here" error={error} />}
        {error && !isNotServed(error) && (
          <ErrorState
            error={error}
            what="Log groups"
            heading="Log groups"
            action="logs:DescribeLogGroups"
            onRetry={() => void groups.refetch()}
          />
        )}
        {!error && (
          <ItemList
            what="Log groups"
            items={matching.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)}
            trackBy="name"
            columns={COLUMNS}
            loading={groups.isPending}
            header={header}
            empty={text === '' ? <NoGroups /> : `No log group matches “${text}”.`}
            filter={
              (total > 5 || text !== '') && (
                <TextFilter
                  filteringText={text}
                  filteringPlaceholder="Find log groups by name"
                  filteringAriaLabel="Find log groups"
                  onChange={({ detail }) => {
                    setText(detail.filteringText);
                    setPage(1);
                  }}
                />
              )
            }
            pagination={
              pages > 1 && (
                <Pagination
                  currentPageIndex={page}
                  pagesCount={pages}
                  onChange={({ detail }) => setPage(detail.currentPageIndex)}
                />
              )
            }
          />
        )}
      </div>
    </PageLayout>
  );
}

function NoGroups() {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">No log groups</Box>
      <p>
        A trail writes its events into one when it is told to, for metric filters and alarms; whatever speaks
        CloudWatch Logs may write into others.
      </p>
      <Button variant="primary" href="#/trails">
        Trails
      </Button>
      <p>Or with the CLI:</p>
      <Command text="aws logs create-log-group --log-group-name cloudtrail/main" />
    </div>
  );
}
