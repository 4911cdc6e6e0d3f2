import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import { useState, type ReactNode } from 'react';

import { isNumeric, type Results } from './results.ts';

type Props = {
  readonly title: string;
  readonly results: Results;
  /** There are more than were fetched: asked for when they are looked at. */
  readonly more?: boolean;
  readonly loading?: boolean;
  readonly onMore?: () => void;
  readonly empty?: ReactNode;
};

const PAGE_SIZE = 100;
const LONG = 300;

/** Rows as they came, a hundred at a time. */
export function ResultTable({ title, results, more = false, loading = false, onMore, empty }: Props) {
  const [page, setPage] = useState(1);
  const { columns, rows } = results;
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
  const first = (page - 1) * PAGE_SIZE;
  const seen = rows.slice(first, first + PAGE_SIZE);
  return (
    <Table
      variant="embedded"
      contentDensity="compact"
      wrapLines
      cellVerticalAlign="top"
      loading={loading && seen.length === 0}
      loadingText="Loading rows"
      items={seen}
      resizableColumns={false}
      ariaLabels={{ tableLabel: title }}
      columnDefinitions={columns.map((name, index) => ({
        id: `${index}`,
        header: name,
        minWidth: 110,
        cell: (row: Results['rows'][number]) => <Cell text={row[index] ?? null} />,
      }))}
      empty={empty ?? 'No rows.'}
      pagination={
        (pages > 1 || more) && (
          <Pagination
            currentPageIndex={page}
            pagesCount={pages}
            openEnd={more}
            disabled={loading}
            ariaLabels={{
              paginationLabel: 'Pages of rows',
              nextPageLabel: 'Next page',
              previousPageLabel: 'Previous page',
              pageLabel: (number) => `Page ${number}`,
            }}
            onChange={({ detail }) => {
              setPage(detail.currentPageIndex);
              if (detail.currentPageIndex >= pages && more) onMore?.();
            }}
          />
        )
      }
    />
  );
}

/** What is long opens to the whole of it. */
function Cell({ text }: { readonly text: string | null }) {
  if (text === null) return <span className="ot-secondary">null</span>;
  if (text.length > LONG)
    return (
      <details className="ot-cell-long">
        <summary className="ot-mono">{text.slice(0, LONG)}…</summary>
        <pre tabIndex={0}>{text}</pre>
      </details>
    );
  return <span className={isNumeric(text) ? 'ot-cell-number' : 'ot-mono ot-cell-text'}>{text}</span>;
}
