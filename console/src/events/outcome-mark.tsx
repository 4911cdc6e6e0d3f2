import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { outcomeOf } from './sentence.ts';
import type { TrailEvent } from './trail-event.ts';

const WORDS = { denied: 'Denied', failed: 'Failed', unknown: 'Not known' } as const;

/** Nothing for what went well: what did not must stand out. */
export function OutcomeMark({
  event,
  always = false,
}: {
  readonly event: TrailEvent;
  readonly always?: boolean;
}) {
  const outcome = outcomeOf(event);
  const why = [event.errorCode, event.errorMessage].filter(Boolean).join(': ');
  if (outcome === 'ok')
    return always ? (
      <StatusIndicator type="success">Succeeded</StatusIndicator>
    ) : (
      <span className="ot-secondary">ok</span>
    );
  return (
    <span title={why}>
      <StatusIndicator type={outcome === 'denied' ? 'error' : 'warning'}>{WORDS[outcome]}</StatusIndicator>
    </span>
  );
}
