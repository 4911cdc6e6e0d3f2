import { formatAddress } from '../../events/address.ts';
import type { Range } from '../../events/range.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { formatHash } from '../../routing/route.ts';
import { relatedTo } from './related.ts';

/** One click to what the same user, key, resource … did. */
export function RelatedLinks({
  event,
  range,
}: {
  readonly event: TrailEvent;
  readonly range: Range | undefined;
}) {
  return (
    <nav className="ot-related" aria-label="Search the history for">
      {relatedTo(event, { range, now: Date.now() }).map(({ label, value, query }) => (
        <a
          key={`${label} ${value}`}
          href={formatHash({
            page: 'events',
            search: formatAddress({ query, event: undefined, live: false }),
          })}
          title={`${label}: ${value}`}
        >
          <span>{label}</span> <b>{value}</b>
        </a>
      ))}
    </nav>
  );
}
