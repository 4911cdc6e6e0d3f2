import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useDeferredValue, useMemo, useState } from 'react';

import { actorOf } from '../../../events/sentence.ts';
import type { TrailEvent } from '../../../events/trail-event.ts';
import { ErrorState } from '../../../parts/error-state.tsx';
import { TimeText } from '../../../parts/time-text.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { isQuiet } from '../pattern/bus-event.ts';
import { compile, judge, type Verdict } from '../pattern/judge.ts';
import { ALL_MANAGEMENT, type RuleState } from '../rules.ts';
import { useRecent } from '../use-recent.ts';

type Props = {
  readonly pattern: string;
  readonly state: RuleState;
  /** The one that the rule is made from: shown first. */
  readonly start: TrailEvent | undefined;
};

type Judged = { readonly event: TrailEvent; readonly verdict: Verdict };
type Show = 'all' | 'matching' | 'others';

/** So many are listed before one asks for more. */
const SHOWN = 12;

/** What the pattern makes of the newest events, as it is typed: no call is made for it. */
export function RecentPart({ pattern: text, state, start }: Props) {
  const recent = useRecent();
  const pattern = useDeferredValue(text);
  const judged = useMemo(
    () => judgeAll(pattern, candidates(recent.data ?? [], state, start)),
    [pattern, recent.data, state, start],
  );
  const count = judged?.filter(({ verdict }) => verdict.matches).length ?? 0;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            state === ALL_MANAGEMENT
              ? 'The newest events here, but for what consoles read.'
              : 'The newest events here, but for what only reads by Get, List or Describe.'
          }
          actions={
            <Button
              iconName="refresh"
              ariaLabel="Look for newer events"
              loading={recent.isFetching && !recent.isPending}
              onClick={() => void recent.refetch()}
            />
          }
        >
          Tried on what was recorded
        </Header>
      }
    >
      {recent.isPending && <Waiting what="recent events" />}
      {recent.isError && (
        <ErrorState
          error={recent.error}
          what="Recent events"
          action="cloudtrail:LookupEvents"
          onRetry={() => void recent.refetch()}
        />
      )}
      {recent.data && !judged && (
        <Box color="text-body-secondary">The pattern is not valid yet: nothing can be tried.</Box>
      )}
      {recent.data && judged && <Verdicts judged={judged} count={count} />}
    </Container>
  );
}

function Verdicts({ judged, count }: { readonly judged: readonly Judged[]; readonly count: number }) {
  const [show, setShow] = useState<Show>('all');
  const [more, setMore] = useState(false);
  const listed = judged.filter(({ verdict }) => show === 'all' || verdict.matches === (show === 'matching'));
  if (judged.length === 0)
    return <Box color="text-body-secondary">Nothing was recorded yet that could be tried.</Box>;
  const summary = `${count === 0 ? 'None' : count.toLocaleString('en')} of the last ${judged.length.toLocaleString('en')} events ${count === 1 ? 'matches' : 'match'}.`;
  return (
    <SpaceBetween size="s">
      <div className="ot-tried-head">
        <LiveRegion>
          <StatusIndicator type={count > 0 ? 'success' : 'stopped'}>{summary}</StatusIndicator>
        </LiveRegion>
        <SegmentedControl
          selectedId={show}
          label="Which events are listed"
          options={[
            { id: 'all', text: 'All' },
            { id: 'matching', text: 'Matching' },
            { id: 'others', text: 'Others' },
          ]}
          onChange={({ detail }) => setShow(detail.selectedId as Show)}
        />
      </div>
      <ul className="ot-plain-list ot-tried" aria-label="Events that were tried">
        {(more ? listed : listed.slice(0, SHOWN)).map((one) => (
          <Line key={one.event.id} {...one} />
        ))}
      </ul>
      {listed.length > SHOWN && !more && (
        <Button variant="inline-link" onClick={() => setMore(true)}>
          {`Show ${listed.length - SHOWN} more`}
        </Button>
      )}
    </SpaceBetween>
  );
}

function Line({ event, verdict }: Judged) {
  return (
    <li>
      <span className="ot-tried-mark">
        <StatusIndicator
          type={verdict.matches ? 'success' : 'stopped'}
          iconAriaLabel={verdict.matches ? 'matches' : 'does not match'}
        />
      </span>
      <div>
        <div>
          <a
            className="ot-link"
            href={formatHash({ page: 'event', id: event.id })}
            target="_blank"
            rel="noreferrer"
          >
            {event.name}
          </a>{' '}
          <span className="ot-secondary">
            {actorOf(event)} · <TimeText ms={event.time} brief />
          </span>
        </div>
        {!verdict.matches && <div className="ot-why">{verdict.why.slice(0, 2).join('; ')}</div>}
      </div>
    </li>
  );
}

/** What this console and others ask for their pages: too much of it to see anything else. */
function isOurReading({ readOnly, record }: TrailEvent): boolean {
  return readOnly && record['sessionCredentialFromConsole'] === 'true';
}

/** Events that can fire a rule in this state; the one to begin with first. */
function candidates(
  recent: readonly TrailEvent[],
  state: RuleState,
  start: TrailEvent | undefined,
): readonly TrailEvent[] {
  const seen = recent.filter(
    (event) => (state === ALL_MANAGEMENT || !isQuiet(event)) && !isOurReading(event),
  );
  return start ? [start, ...seen.filter(({ id }) => id !== start.id)] : seen;
}

function judgeAll(text: string, events: readonly TrailEvent[]): readonly Judged[] | undefined {
  const { pattern } = compile(text);
  return pattern && events.map((event) => ({ event, verdict: judge(pattern, event) }));
}
