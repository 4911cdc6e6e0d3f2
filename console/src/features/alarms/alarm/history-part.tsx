import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ErrorState } from '../../../parts/error-state.tsx';
import { ItemList } from '../../../parts/item-list.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { useConnection } from '../../../session/context.tsx';
import { alarmHistory, type HistoryItem } from '../alarms.ts';

type Row = HistoryItem & { readonly id: string };

const TYPES: Readonly<Record<string, string>> = {
  StateUpdate: 'State',
  ConfigurationUpdate: 'Settings',
  Action: 'Notice',
};
const PAGE_SIZE = 10;

const COLUMNS = [
  {
    id: 'time',
    header: 'When',
    minWidth: 190,
    isRowHeader: true,
    cell: (row: Row) => <TimeText ms={row.time} />,
  },
  { id: 'type', header: 'What', minWidth: 110, cell: (row: Row) => TYPES[row.type] ?? row.type },
  {
    id: 'summary',
    header: 'What happened',
    minWidth: 300,
    cell: (row: Row) => <span className="ot-anywhere">{row.summary}</span>,
  },
];

/** What became of the alarm: its states, its settings, whom it told. */
export function HistoryPart({ name }: { readonly name: string }) {
  const { api } = useConnection();
  const [page, setPage] = useState(1);
  const history = useQuery({
    queryKey: ['alarm-history', name],
    queryFn: ({ signal }) => alarmHistory(api, name, signal),
    staleTime: 0,
  });
  if (history.isError)
    return <ErrorState error={history.error} what="The history" action="cloudwatch:DescribeAlarmHistory" />;
  const rows = (history.data ?? []).map((item, index) => ({ ...item, id: String(index) }));
  const pages = Math.ceil(rows.length / PAGE_SIZE);
  return (
    <ItemList
      what="History"
      items={rows.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)}
      trackBy="id"
      columns={COLUMNS}
      loading={history.isPending}
      header={
        <Header variant="h2" counter={history.data && `(${rows.length})`}>
          History
        </Header>
      }
      empty="Nothing happened yet."
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
  );
}
