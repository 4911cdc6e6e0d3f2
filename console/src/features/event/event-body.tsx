import Box from '@cloudscape-design/components/box';
import Skeleton from '@cloudscape-design/components/skeleton';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { lazy, Suspense } from 'react';

import type { Range } from '../../events/range.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { useLate } from '../../parts/use-late.ts';
import { useConnection } from '../../session/context.tsx';
import type { EventState } from './use-event.ts';

/** Not among what the console begins with: a list comes first. */
const EventView = lazy(() => import('./event-view.tsx').then((module) => ({ default: module.EventView })));

/** An event in whichever state it is. */
export function EventBody({
  id,
  state,
  range,
  whole = false,
}: {
  readonly id: string;
  readonly state: EventState;
  readonly range: Range | undefined;
  /** On a page of its own. */
  readonly whole?: boolean;
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
      return (
        <Suspense>
          <EventView event={state.event} range={range} whole={whole} />
        </Suspense>
      );
  }
}

function Missing({ id }: { readonly id: string }) {
  const { everywhere, session } = useConnection();
  return (
    <Box padding={{ vertical: 's' }}>
      {LOOKS_LIKE_ID.test(id) ? (
        <p>
          There is no event <code>{id}</code> in the history, or it is older than what is kept. Delivered log
          files may still have it.
        </p>
      ) : (
        <p>
          <code>{id}</code> is no event ID: those look like <code>26a49a8c-3a55-4c93-9c6d-0c0f1d2e7b11</code>.
        </p>
      )}
      {!everywhere && (
        <p>
          You see the events of account {session.accountId} in {session.region} only: it may belong to
          another.
        </p>
      )}
    </Box>
  );
}

const LOOKS_LIKE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function Waiting() {
  return (
    <SpaceBetween size="m">
      <Skeleton variant="text-body-m" />
      <Skeleton variant="text-body-m" width="60%" />
      <Skeleton height="12rem" />
    </SpaceBetween>
  );
}
