import type { TrailEvent } from '../../events/trail-event.ts';
import { leftOutOf } from './left-out.ts';

/** What the record does not tell although the call had it, and why. */
export function LeftOutList({ event }: { readonly event: TrailEvent }) {
  const found = leftOutOf(event);
  return (
    <section className="ot-section">
      <h3>Left out of the record</h3>
      {found.length === 0 ? (
        <p className="ot-secondary">Nothing was redacted, cut or omitted.</p>
      ) : (
        <ul className="ot-left-out">
          {found.map(({ path, what }) => (
            <li key={`${path} ${what}`}>
              {path && <span className="ot-mono">{path}</span>} <span className="ot-secondary">{what}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
