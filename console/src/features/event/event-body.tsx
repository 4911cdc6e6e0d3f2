import Box from '@cloudscape-design/components/box';
import Skeleton from '@cloudscape-design/components/skeleton';
import SpaceBetween from '@cloudscape-design/components/space-between';

import type { Range } from '../../events/range.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { useLate } from '../../parts/use-late.ts';
import { EventView } from './event-view.tsx';
import type { EventState } from './use-event.ts';

/** An event in whichever state it is. */
export function EventBody({
  id,
  state,
  range,
}: {
  readonly id: string;
  readonly state: EventState;
  readonly range: Range | undefined;
}) {
  const late = useLate(state.state === 'loading', 200);
  switch (state.state) {
    case 'loading':
      return late ? <Waiting /> : null;
    case 'failed':
      return (
        <ErrorState
          error={state.error}
          what="The event"
          action="cloudtrail:LookupEvents"
          onRetry={state.retry}
        />
      );
    case 'missing':
      return <Missing id={id} />;
    case 'found':
      return <EventView event={state.event} range={range} />;
  }
}

function Missing({ id }: { readonly id: string }) {
  return (
    <Box padding={{ vertical: 'xl' }}>
      <Box variant="h2">No such event</Box>
      <p>
        There is no event <code>{id}</code>, or it is older than the history that is kept. Delivered log files
        may still have it.
      </p>
      <a href="#/events">Event history</a>
    </Box>
  );
}

function Waiting() {
  return (
    <SpaceBetween size="m">
      <Skeleton variant="text-body-m" />
      <Skeleton variant="text-body-m" width="60%" />
      <Skeleton height="12rem" />
    </SpaceBetween>
  );
}
