import Box from '@cloudscape-design/components/box';
import { useEffect } from 'react';

import { EMPTY_QUERY } from '../../events/query.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { Command } from '../../parts/command.tsx';
import { useLiveTail } from './use-live-tail.ts';

/** Made by a console session, or the sign-in that began one: not what somebody waits for who has just installed this. */
export function isConsoleCall(event: TrailEvent): boolean {
  return event.name === 'ConsoleLogin' || event.record['sessionCredentialFromConsole'] === 'true';
}

/** The commands that make the first row appear. Waits on the live stream for it, since asking again and again would fill the history. */
export function FirstSteps({ onFirst }: { readonly onFirst: () => void }) {
  const tail = useLiveTail({ on: true, query: EMPTY_QUERY, reads: true, paused: false });
  const came = tail.shown.some((event) => !isConsoleCall(event));
  useEffect(() => {
    if (came) onFirst();
  }, [came, onFirst]);
  return (
    <div className="ot-first-steps">
      <Box variant="h2">Nothing but this console has called yet</Box>
      <p>
        Make the first call{tail.state === 'live' ? '; its row appears here by itself.' : ', then refresh.'}
      </p>
      <ol>
        <li>
          Point a terminal at this server
          <Command text={'eval "$(bin/opentrail env --data DIR)"'} />
        </li>
        <li>
          Call anything
          <Command text="aws s3 ls" />
        </li>
        <li>
          See who it was, there as well
          <Command text="aws cloudtrail lookup-events --max-results 5" />
        </li>
      </ol>
      <p className="ot-secondary">
        DIR is the data folder the server was started with. Any AWS client works: its endpoint is{' '}
        {window.location.origin}.
      </p>
    </div>
  );
}
