import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { formatHash } from '../../../routing/route.ts';
import type { Detection } from '../detections.ts';
import { SeverityMark } from '../severity-mark.tsx';

export const COLUMNS = [
  {
    id: 'title',
    header: 'Looks for',
    minWidth: 300,
    isRowHeader: true,
    cell: (one: Detection) => (
      <>
        <a className="ot-link" href={formatHash({ page: 'detection', id: one.id })}>
          {one.title}
        </a>
        {one.imported && <span className="ot-secondary"> · imported</span>}
      </>
    ),
  },
  {
    id: 'severity',
    header: 'Severity',
    minWidth: 120,
    cell: (one: Detection) => <SeverityMark severity={one.severity} />,
  },
  {
    id: 'state',
    header: 'State',
    minWidth: 120,
    cell: (one: Detection) =>
      one.enabled ? (
        <StatusIndicator type="success">Enabled</StatusIndicator>
      ) : (
        <StatusIndicator type="stopped">Disabled</StatusIndicator>
      ),
  },
  {
    id: 'open',
    header: 'Open findings',
    minWidth: 120,
    cell: (one: Detection) => one.open.toLocaleString('en'),
  },
  {
    id: 'attack',
    header: 'ATT&CK',
    minWidth: 130,
    cell: (one: Detection) => <span className="ot-mono">{one.attack.join(', ') || '–'}</span>,
  },
];
