import Header from '@cloudscape-design/components/header';
import Box from '@cloudscape-design/components/box';
import { useState } from 'react';
import Pagination from '@cloudscape-design/components/pagination';

import { ItemList } from '../../../parts/item-list.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { OutcomeText } from '../rule-status.tsx';
import type { Attempt } from '../rules.ts';

type Row = Attempt & { readonly id: string };

const COLUMNS = [
  {
    id: 'at',
    header: 'When',
    minWidth: 190,
    isRowHeader: true,
    cell: (row: Row) => <TimeText ms={row.at} />,
  },
  {
    id: 'target',
    header: 'Target',
    minWidth: 120,
    cell: (row: Row) => <span className="ot-mono">{row.targetId}</span>,
  },
  { id: 'outcome', header: 'Outcome', minWidth: 180, cell: (row: Row) => <OutcomeText attempt={row} /> },
  {
    id: 'attempt',
    header: 'Attempt',
    minWidth: 90,
    cell: (row: Row) => `${row.attempt}, ${row.took.toLocaleString('en')} ms`,
  },
  {
    id: 'why',
    header: 'Why',
    minWidth: 200,
    cell: (row: Row) =>
      row.code === '' ? (
        '–'
      ) : (
        <span className="ot-anywhere">
          <code>{row.code}</code> {row.message}
        </span>
      ),
  },
];

const PAGE_SIZE = 10;

/** The newest attempts, all targets together. */
export function AttemptsPart({ attempts }: { readonly attempts: readonly Attempt[] }) {
  const [page, setPage] = useState(1);
  const rows = attempts.map((attempt, index) => ({ ...attempt, id: String(index) }));
  const pages = Math.ceil(rows.length / PAGE_SIZE);
  return (
    <ItemList
      what="Attempts"
      items={rows.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)}
      trackBy="id"
      columns={COLUMNS}
      loading={false}
      header={
        <Header
          variant="h2"
          counter={`(${rows.length})`}
          description="The newest hundred since the server started."
        >
          Attempts
        </Header>
      }
      empty={<Box color="text-body-secondary">Nothing was sent since the server started.</Box>}
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
