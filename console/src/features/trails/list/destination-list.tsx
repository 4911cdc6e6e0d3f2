import { CopyButton } from '../../../parts/copy-button.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { adviceFor, type Destination } from '../destinations.ts';

/** Where a trail delivers, a line each: what, to where, when last, and what keeps it from it. */
export function DestinationList({ destinations }: { readonly destinations: readonly Destination[] }) {
  return (
    <ul className="ot-plain-list ot-destinations">
      {destinations.map(({ id, label, name, full, lastSuccess, error }) => (
        <li key={id}>
          <span className="ot-destination-what">
            {label}
            {id !== 'digests' && (
              <>
                {' '}
                <span className="ot-mono" title={full}>
                  {name}
                </span>{' '}
                <CopyButton text={full} what={`the address of ${name}`} />
              </>
            )}
          </span>
          <span className="ot-secondary">
            {lastSuccess === undefined ? 'never yet' : <TimeText ms={lastSuccess} brief />}
          </span>
          {error && (
            <div className="ot-bad" title={adviceFor(error)}>
              {error}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
