import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { useState } from 'react';

import type { Range } from '../../events/range.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { ChainPart } from './chain-part.tsx';
import { RequestPart } from './request-part.tsx';
import { SessionPart } from './session-part.tsx';

type Props = { readonly event: TrailEvent; readonly range: Range | undefined; readonly open: boolean };

/** Events that belong to this one. Looking them up takes calls, which are recorded too: so only once this is open. */
export function RelatedEvents({ event, range, open }: Props) {
  const [expanded, setExpanded] = useState(open);
  return (
    <section className="ot-section">
      <ExpandableSection
        headerText="Related events"
        headingTagOverride="h3"
        expanded={expanded}
        onChange={({ detail }) => setExpanded(detail.expanded)}
      >
        {expanded && (
          <>
            <ChainPart event={event} />
            <SessionPart event={event} range={range} />
            <RequestPart event={event} />
          </>
        )}
      </ExpandableSection>
    </section>
  );
}
