import SplitPanel from '@cloudscape-design/components/split-panel';

import type { Range } from '../../events/range.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { formatHash } from '../../routing/route.ts';
import { EventBody } from './event-body.tsx';
import { nameOf, useEvent } from './use-event.ts';

type Props = { readonly id: string; readonly known: TrailEvent | undefined; readonly range: Range };

/** The event beside the list it was found in. */
export function EventPanel({ id, known, range }: Props) {
  const state = useEvent(id, known);
  const hash = formatHash({ page: 'event', id });
  return (
    <SplitPanel
      header={nameOf(state)}
      headerActions={
        state.state === 'found' && (
          <span className="ot-panel-actions">
            <a href={hash}>Open page</a>
            <CopyButton text={new URL(hash, window.location.href).href} what="a link to this event" />
          </span>
        )
      }
      closeBehavior="hide"
    >
      <EventBody id={id} state={state} range={range} />
    </SplitPanel>
  );
}
