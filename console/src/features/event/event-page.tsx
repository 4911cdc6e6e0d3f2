import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';

import { CopyButton } from '../../parts/copy-button.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { useKeys } from '../../shell/use-keys.ts';
import { EventBody } from './event-body.tsx';
import { nameOf, useEvent } from './use-event.ts';

/** An event under its own address. `back` is the address of the list one came from. */
export function EventPage({ id, back }: { readonly id: string; readonly back: string }) {
  const state = useEvent(id, undefined);
  const name = nameOf(state);
  useKeys({ Escape: () => window.location.assign(back) });
  return (
    <PageLayout active="events" title={name}>
      <div className="ot-event-page">
        <p className="ot-back">
          <a href={back}>← Event history</a>
        </p>
        <Container
          header={
            <Header
              variant="h1"
              actions={
                state.state === 'found' && (
                  <CopyButton text={window.location.href} what="a link to this event" label="Copy link" />
                )
              }
            >
              {name}
            </Header>
          }
        >
          <h2 className="ot-offscreen">What happened</h2>
          <EventBody id={id} state={state} range={undefined} whole />
        </Container>
      </div>
    </PageLayout>
  );
}
