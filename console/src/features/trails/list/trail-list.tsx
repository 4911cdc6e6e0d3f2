import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Cards from '@cloudscape-design/components/cards';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useEffect, useRef, useState, type ReactNode } from 'react';

import { Command } from '../../../parts/command.tsx';
import { useNarrow } from '../../../parts/use-narrow.ts';
import { COLUMNS, type Row } from './columns.tsx';
import { RowActions } from './row-actions.tsx';
import { PAGE_SIZE, type SortBy, type TrailsView } from './trails-view.ts';

type Props = {
  readonly rows: readonly Row[];
  /** Of all trails, and of those that the filter leaves. */
  readonly total: number;
  readonly matches: number;
  readonly page: number;
  readonly pages: number;
  readonly view: TrailsView;
  readonly onChange: (changes: Partial<TrailsView>) => void;
  readonly loading: boolean;
  readonly header: ReactNode;
};

/** Fewer are seen at a glance. */
const FILTER_FROM = 6;

/** A table; on a narrow screen a card each, since nothing of it may be left of the edge. */
export function TrailList(props: Props) {
  const { rows, total, page, pages, view, onChange, loading, header } = props;
  const filtered = view.text !== '';
  const shared = {
    items: rows,
    trackBy: 'arn',
    loading,
    loadingText: 'Loading trails',
    header,
    filter: (filtered || total >= FILTER_FROM) && <Filter {...props} />,
    pagination: pages > 1 && (
      <Pagination
        currentPageIndex={page}
        pagesCount={pages}
        ariaLabels={{
          paginationLabel: 'Pages of trails',
          nextPageLabel: 'Next page',
          previousPageLabel: 'Previous page',
          pageLabel: (number) => `Page ${number}`,
        }}
        onChange={({ detail }) => onChange({ page: detail.currentPageIndex })}
      />
    ),
    empty: filtered ? <NoMatch text={view.text} onClear={() => onChange({ text: '' })} /> : <NoTrails />,
    firstIndex: (page - 1) * PAGE_SIZE + 1,
    totalItemsCount: props.matches,
    renderAriaLive: ({ firstIndex, lastIndex, totalItemsCount }: Seen) =>
      `Trails ${firstIndex} to ${lastIndex} of ${totalItemsCount}`,
  } as const;
  if (useNarrow()) {
    const [name, ...others] = COLUMNS;
    const sections = others.filter(({ id }) => id !== 'actions');
    return (
      <Cards
        {...shared}
        cardDefinition={{
          header: (row) => (
            <div className="ot-card-head">
              <span>{name?.cell(row)}</span>
              <RowActions row={row} />
            </div>
          ),
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
      cellVerticalAlign="top"
      columnDefinitions={COLUMNS}
      sortingColumn={{ sortingField: view.sort }}
      sortingDescending={view.descending}
      onSortingChange={({ detail }) =>
        onChange({
          sort: (detail.sortingColumn.sortingField ?? 'name') as SortBy,
          descending: detail.isDescending ?? false,
        })
      }
      ariaLabels={{ tableLabel: 'Trails' }}
    />
  );
}

type Seen = {
  readonly firstIndex?: number;
  readonly lastIndex?: number;
  readonly totalItemsCount?: number;
};

/** What is typed stands at once, and in the address once it stands still. */
function Filter({ view, matches, onChange }: Props) {
  const [typed, setTyped] = useState(view.text);
  const told = useRef(view.text);
  useEffect(() => {
    // Another address, not what was just told from here: more may have been typed since.
    if (view.text !== told.current) setTyped((told.current = view.text));
  }, [view.text]);
  return (
    <TextFilter
      filteringText={typed}
      filteringPlaceholder="Find trails by name, bucket, topic, log group or key"
      filteringAriaLabel="Find trails"
      filteringClearAriaLabel="Clear"
      countText={view.text === '' ? '' : matches === 1 ? '1 match' : `${matches} matches`}
      onChange={({ detail }) => setTyped(detail.filteringText)}
      onDelayedChange={({ detail }) => onChange({ text: (told.current = detail.filteringText) })}
    />
  );
}

function NoMatch({ text, onClear }: { readonly text: string; readonly onClear: () => void }) {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">No trail matches “{text}”</Box>
      <Button onClick={onClear}>Clear the filter</Button>
    </div>
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
