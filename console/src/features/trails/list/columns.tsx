import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { CopyButton } from '../../../parts/copy-button.tsx';
import { formatHash } from '../../../routing/route.ts';
import { destinationsOf, stateOf } from '../destinations.ts';
import type { Logged } from '../selectors/readable.ts';
import type { Trail, TrailStatus } from '../trails.ts';
import { DestinationList } from './destination-list.tsx';
import { LoggedList } from './logged-list.tsx';
import { RowActions } from './row-actions.tsx';

export type Row = Trail & {
  readonly status: TrailStatus | undefined;
  readonly failed: boolean;
  readonly logged: readonly Logged[] | undefined;
  /** What it is called by: its ARN where its home is elsewhere. */
  readonly address: string;
  readonly readOnly: string | undefined;
};

/** With the least width that keeps words whole. */
export const COLUMNS = [
  {
    id: 'name',
    header: 'Trail',
    minWidth: 170,
    sortingField: 'name',
    isRowHeader: true,
    cell: (row: Row) => (
      <>
        <a className="ot-link ot-target" href={formatHash({ page: 'trail', name: row.address })}>
          {row.name}
        </a>{' '}
        <CopyButton text={row.arn} what="the trail’s ARN" />
        {row.organization && <div className="ot-secondary">whole organization</div>}
      </>
    ),
  },
  {
    id: 'state',
    header: 'State',
    minWidth: 140,
    sortingField: 'state',
    cell: (row: Row) => <State row={row} />,
  },
  {
    id: 'logged',
    header: 'Logs',
    minWidth: 240,
    maxWidth: 460,
    cell: (row: Row) => <LoggedList logged={row.logged} />,
  },
  {
    id: 'destinations',
    header: 'Delivers to, and when last',
    minWidth: 300,
    cell: (row: Row) => <DestinationList destinations={destinationsOf(row, row.status)} />,
  },
  {
    id: 'region',
    header: 'Region',
    minWidth: 120,
    sortingField: 'region',
    cell: (row: Row) => (row.multiRegion ? `all (home ${row.homeRegion})` : row.homeRegion),
  },
  { id: 'actions', header: 'Actions', minWidth: 90, cell: (row: Row) => <RowActions row={row} /> },
];

function State({ row }: { readonly row: Row }) {
  if (row.failed) return <StatusIndicator type="warning">Unknown</StatusIndicator>;
  if (!row.status) return <StatusIndicator type="pending">…</StatusIndicator>;
  const { type, text } = stateOf(row, row.status);
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}
