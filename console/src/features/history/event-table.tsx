import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import { useMemo, type ReactNode } from 'react';

import type { TrailEvent } from '../../events/trail-event.ts';
import { usePreferences } from '../../preferences/context.tsx';
import { columnDisplay } from './column-display.ts';
import { eventColumns } from './columns.tsx';
import { TablePreferences } from './table-preferences.tsx';
import type { History } from './use-history.ts';

type Props = {
  readonly events: readonly TrailEvent[];
  readonly selected: string | undefined;
  readonly loading: boolean;
  readonly empty: ReactNode;
  readonly filter: ReactNode;
  /** Undefined while the list is live. */
  readonly page: History['page'] | undefined;
  readonly onOpen: (event: TrailEvent) => void;
};

export function EventTable({ events, selected, loading, empty, filter, page, onOpen }: Props) {
  const [preferences, setPreferences] = usePreferences();
  const columns = useMemo(() => eventColumns(onOpen), [onOpen]);
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        ...column,
        width: preferences.columnWidths[column.id] ?? widthFor(column.width),
      })),
    [columns, preferences.columnWidths],
  );
  const display = columnDisplay(columns, preferences.columns);
  const chosen = events.filter((event) => event.id === selected);
  return (
    <Table
      variant="container"
      items={events}
      trackBy="id"
      columnDefinitions={definitions}
      columnDisplay={display}
      selectionType="single"
      selectedItems={chosen}
      onSelectionChange={({ detail }) => detail.selectedItems[0] && onOpen(detail.selectedItems[0])}
      onRowClick={({ detail }) => onOpen(detail.item)}
      loading={loading}
      loadingText="Loading events"
      skeleton={{ totalRows: 12 }}
      resizableColumns
      onColumnWidthsChange={({ detail }) => {
        const shown = display.filter(({ visible }) => visible);
        const widths = shown
          .map(({ id }, index) => [id, detail.widths[index] ?? 0] as const)
          .filter(([, width]) => width > 0);
        setPreferences({ columnWidths: { ...preferences.columnWidths, ...Object.fromEntries(widths) } });
      }}
      stickyHeader
      wrapLines={preferences.wrapLines}
      contentDensity={preferences.density}
      empty={empty}
      filter={filter}
      pagination={page && <Pages page={page} />}
      preferences={<TablePreferences columns={columns} />}
      ariaLabels={{
        tableLabel: 'Events',
        selectionGroupLabel: 'Open event',
        itemSelectionLabel: (_state, event) => `Open ${event.name} by ${event.username || 'nobody known'}`,
        resizerRoleDescription: 'Resize',
      }}
    />
  );
}

/** Columns are as wide as a laptop's screen allows; a larger one gives them more. */
function widthFor(width: number): number {
  return Math.round(width * Math.min(2, Math.max(1, (window.innerWidth - 130) / 1310)));
}

/** Open-ended: how many pages there are nobody knows before somebody has looked. */
function Pages({ page }: { readonly page: History['page'] }) {
  return (
    <Pagination
      currentPageIndex={page.index}
      pagesCount={Math.max(1, page.known)}
      openEnd={page.more}
      onChange={({ detail }) => page.goTo(detail.currentPageIndex)}
      ariaLabels={{
        paginationLabel: 'Pages of events',
        nextPageLabel: 'Older events',
        previousPageLabel: 'Newer events',
        pageLabel: (index) => `Page ${index}`,
      }}
    />
  );
}
