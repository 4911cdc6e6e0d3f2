import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { CopyButton } from '../../parts/copy-button.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { LoggedList } from './logged-list.tsx';
import type { Logged } from './selectors.ts';
import type { Trail, TrailStatus } from './trails.ts';

export type Row = Trail & {
  readonly status: TrailStatus | undefined;
  readonly failed: boolean;
  readonly logged: readonly Logged[] | undefined;
};

/** With the least width that keeps words whole. */
export const COLUMNS = [
  {
    id: 'name',
    header: 'Trail',
    minWidth: 150,
    isRowHeader: true,
    cell: (row: Row) => (
      <>
        {row.name} <CopyButton text={row.arn} what="the trail’s ARN" />
      </>
    ),
  },
  { id: 'state', header: 'State', minWidth: 130, cell: (row: Row) => <State row={row} /> },
  {
    id: 'logged',
    header: 'Logs',
    minWidth: 260,
    maxWidth: 480,
    cell: (row: Row) => <LoggedList logged={row.logged} />,
  },
  {
    id: 'delivery',
    header: 'Last delivery',
    minWidth: 170,
    cell: (row: Row) => <Delivery at={row.status?.lastDelivery} error={row.status?.deliveryError} />,
  },
  {
    id: 'digest',
    header: 'Last digest',
    minWidth: 170,
    cell: (row: Row) =>
      row.validated ? (
        <Delivery at={row.status?.lastDigest} error={row.status?.digestError} />
      ) : (
        'no validation'
      ),
  },
  {
    id: 'bucket',
    header: 'Delivers to',
    minWidth: 140,
    cell: (row: Row) => (
      <>
        <span className="ot-mono">{row.bucket}</span>
        {row.topic && <Notices topic={row.topic} error={row.status?.noticeError} />}
      </>
    ),
  },
  {
    id: 'region',
    header: 'Region',
    minWidth: 130,
    cell: (row: Row) => (row.multiRegion ? `all (home ${row.homeRegion})` : row.homeRegion),
  },
];

/** Who is told of deliveries, by name; the whole ARN on hover and to copy. */
function Notices({ topic, error }: { readonly topic: string; readonly error: string | undefined }) {
  return (
    <div title={topic}>
      <span className="ot-secondary">announced to {topic.split(':').at(-1)}</span>{' '}
      <CopyButton text={topic} what="the topic’s ARN" />
      {error && <div className="ot-bad">not announced: {error}</div>}
    </div>
  );
}

function State({ row }: { readonly row: Row }) {
  if (row.failed) return <StatusIndicator type="warning">Unknown</StatusIndicator>;
  if (!row.status) return <StatusIndicator type="pending">…</StatusIndicator>;
  if (!row.status.logging) return <StatusIndicator type="stopped">Stopped</StatusIndicator>;
  const error = row.status.deliveryError ?? row.status.digestError;
  return error ? (
    <StatusIndicator type="error">Not delivering</StatusIndicator>
  ) : (
    <StatusIndicator type="success">Logging</StatusIndicator>
  );
}

function Delivery({ at, error }: { readonly at: number | undefined; readonly error: string | undefined }) {
  return (
    <>
      {at === undefined ? 'never' : <TimeText ms={at} />}
      {error && <div className="ot-bad">{error}</div>}
    </>
  );
}
