import Cards from '@cloudscape-design/components/cards';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';

import { useNarrow } from './use-narrow.ts';

export type Column<T> = {
  readonly id: string;
  readonly header: string;
  readonly cell: (item: T) => ReactNode;
  /** Pixels that keep words whole. */
  readonly minWidth?: number;
  readonly maxWidth?: number;
  readonly isRowHeader?: boolean;
};

type Props<T> = {
  /** In the plural: `Rules`. */
  readonly what: string;
  readonly items: readonly T[];
  readonly trackBy: keyof T & string;
  /** The first is the heading of a card. */
  readonly columns: readonly Column<T>[];
  readonly loading: boolean;
  readonly header: ReactNode;
  readonly empty: ReactNode;
  readonly filter?: ReactNode;
  readonly pagination?: ReactNode;
  readonly selected?: readonly T[] | undefined;
  readonly onSelect?: ((items: readonly T[]) => void) | undefined;
  readonly nameOf?: (item: T) => string;
  readonly variant?: TableProps.Variant;
};

/** A table; on a narrow screen a card each, since nothing of it may be left of the edge. */
export function ItemList<T>(props: Props<T>) {
  const { what, items, trackBy, columns, loading, header, empty, filter, pagination, selected, onSelect } =
    props;
  const shared = {
    items,
    trackBy,
    loading,
    loadingText: `Loading ${what.toLowerCase()}`,
    header,
    filter,
    pagination,
    empty,
    ...(onSelect
      ? {
          selectionType: 'multi' as const,
          selectedItems: selected ?? [],
          onSelectionChange: ({ detail }: { detail: { selectedItems: T[] } }) =>
            onSelect(detail.selectedItems),
        }
      : {}),
  };
  const selection = {
    selectionGroupLabel: what,
    allItemsSelectionLabel: () => 'Select all',
    itemSelectionLabel: (_data: unknown, item: T) => `Select ${props.nameOf?.(item) ?? ''}`,
  };
  if (useNarrow()) {
    const [name, ...others] = columns;
    return (
      <Cards
        {...shared}
        cardDefinition={{
          header: (item) => name?.cell(item),
          sections: others.map(({ id, header: title, cell }) => ({ id, header: title, content: cell })),
        }}
        ariaLabels={{ ...selection, cardsLabel: what }}
      />
    );
  }
  return (
    <Table
      {...shared}
      variant={props.variant ?? 'container'}
      contentDensity="compact"
      skeleton={{ totalRows: 3 }}
      wrapLines
      cellVerticalAlign="top"
      columnDefinitions={columns}
      ariaLabels={{ ...selection, tableLabel: what }}
    />
  );
}
