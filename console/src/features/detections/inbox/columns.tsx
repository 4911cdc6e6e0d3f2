import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { shortName } from '../../../events/sentence.ts';
import { TimeText } from '../../../parts/time-text.tsx';
import { formatHash } from '../../../routing/route.ts';
import type { Finding } from '../detections.ts';
import { SeverityMark } from '../severity-mark.tsx';

export const COLUMNS = [
  {
    id: 'title',
    header: 'What',
    minWidth: 260,
    isRowHeader: true,
    cell: (one: Finding) => (
      <>
        <a className="ot-link" href={formatHash({ page: 'finding', id: one.id })}>
          {one.title}
        </a>
        {one.resources[0] && (
          <div className="ot-secondary ot-anywhere">
            {shortName(one.resources[0])}
            {one.resources.length > 1 && ` and ${one.resources.length - 1} more`}
          </div>
        )}
      </>
    ),
  },
  {
    id: 'severity',
    header: 'Severity',
    minWidth: 110,
    cell: (one: Finding) => <SeverityMark severity={one.severity} />,
  },
  {
    id: 'who',
    header: 'Who',
    minWidth: 170,
    maxWidth: 260,
    cell: (one: Finding) => (
      <span className="ot-anywhere" title={one.actor}>
        {shortName(one.actor) || '–'}
        <div className="ot-secondary ot-mono">{one.sourceIp}</div>
      </span>
    ),
  },
  {
    id: 'when',
    header: 'When',
    minWidth: 190,
    cell: (one: Finding) => <TimeText ms={one.last} />,
  },
  {
    id: 'count',
    header: 'Events',
    minWidth: 80,
    cell: (one: Finding) => one.count.toLocaleString('en'),
  },
  {
    id: 'where',
    header: 'Where',
    minWidth: 130,
    cell: (one: Finding) => (
      <>
        {one.region}
        <div className="ot-secondary">{one.account}</div>
      </>
    ),
  },
  {
    id: 'status',
    header: 'State',
    minWidth: 130,
    cell: (one: Finding) => <FindingState finding={one} />,
  },
];

export function FindingState({ finding }: { readonly finding: Finding }) {
  return finding.status === 'OPEN' ? (
    <StatusIndicator type="pending">Open</StatusIndicator>
  ) : (
    <StatusIndicator type="success">Acknowledged</StatusIndicator>
  );
}
