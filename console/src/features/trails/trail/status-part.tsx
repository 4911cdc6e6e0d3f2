import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { CopyButton } from '../../../parts/copy-button.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { adviceFor, destinationsOf, type Destination } from '../destinations.ts';
import type { Trail, TrailStatus } from '../trails.ts';

/** Each destination: when it last took something, what keeps it from it now, and what to do. */
export function StatusPart({ trail, status }: { readonly trail: Trail; readonly status: TrailStatus }) {
  return (
    <ul className="ot-plain-list ot-deliveries">
      {destinationsOf(trail, status).map((destination) => (
        <li key={destination.id}>
          <h3>
            {destination.label}
            <State destination={destination} />
          </h3>
          <p className="ot-mono ot-anywhere">
            {destination.full}{' '}
            <CopyButton text={destination.full} what={`the address of ${destination.label}`} />
          </p>
          <p>
            {destination.lastSuccess === undefined ? (
              'Nothing was delivered yet.'
            ) : (
              <>
                Last delivered <TimeText ms={destination.lastSuccess} />
              </>
            )}
          </p>
          {destination.error && (
            <p>
              <code className="ot-bad">{destination.error}</code> {adviceFor(destination.error)}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function State({ destination }: { readonly destination: Destination }) {
  if (destination.error) return <StatusIndicator type="error">Failing</StatusIndicator>;
  if (destination.lastSuccess === undefined)
    return <StatusIndicator type="pending">Nothing yet</StatusIndicator>;
  return <StatusIndicator type="success">Delivered</StatusIndicator>;
}
