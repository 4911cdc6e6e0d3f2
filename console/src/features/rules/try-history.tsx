import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { isNotServed } from '../../aws/errors.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { tryPattern, type RuleState, type Tried } from './rules.ts';

type Props = { readonly pattern: string; readonly state: RuleState; readonly disabled?: boolean };

const SPANS = [
  { value: '1', label: 'the last 24 hours' },
  { value: '7', label: 'the last 7 days' },
  { value: '30', label: 'the last 30 days' },
  { value: '90', label: 'the last 90 days' },
];

/** How far the server came, with what it found so far. */
type Progress = { readonly tried: Tried; readonly whole: boolean; readonly days: number };

/** How often the pattern would have matched in the past, and what: the server reads the history page by page until its end, or until one stops it. */
export function TryHistory({ pattern, state, disabled = false }: Props) {
  const { api } = useConnection();
  const [days, setDays] = useState('7');
  const [progress, setProgress] = useState<Progress>();
  const [running, setRunning] = useState<AbortController>();
  const [error, setError] = useState<unknown>();
  const start = async () => {
    const stop = new AbortController();
    setRunning(stop);
    setError(undefined);
    setProgress(undefined);
    const from = Math.floor(Date.now() / 1000) - Number(days) * 86_400;
    let sum: Tried | undefined;
    try {
      do {
        const next: string | undefined = sum?.next;
        const asked = { pattern, state, from, ...(next === undefined ? {} : { next }) };
        const page = await tryPattern(api, asked, stop.signal);
        sum = added(sum, page);
        setProgress({ tried: sum, whole: sum.next === undefined, days: Number(days) });
      } while (sum.next !== undefined && !stop.signal.aborted);
    } catch (reason) {
      if (!stop.signal.aborted) setError(reason);
    }
    setRunning(undefined);
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="How often it would have fired, by all that is kept of this account and region."
        >
          Try over history
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div className="ot-chart-tools">
          <Select
            selectedOption={SPANS.find(({ value }) => value === days) ?? null}
            options={SPANS}
            ariaLabel="How far back"
            onChange={({ detail }) => setDays(detail.selectedOption.value ?? '7')}
          />
          {running ? (
            <Button onClick={() => running.abort()}>Stop</Button>
          ) : (
            <Button disabled={disabled} onClick={() => void start()}>
              Try
            </Button>
          )}
        </div>
        {error !== undefined &&
          (isNotServed(error) ? (
            <Box color="text-body-secondary">The service that answers for events here cannot do that.</Box>
          ) : (
            <ErrorState error={error} what="The history" action="events:TestEventPattern" />
          ))}
        {progress && <Found {...progress} running={running !== undefined} />}
      </SpaceBetween>
    </Container>
  );
}

function Found({ tried, whole, days, running }: Progress & { readonly running: boolean }) {
  const { matched, scanned, events } = tried;
  const rate = matched / days;
  return (
    <SpaceBetween size="xs">
      <LiveRegion>
        <Box variant="p">
          <strong>
            {matched === 0 ? 'Nothing' : matched.toLocaleString('en')} of {scanned.toLocaleString('en')}{' '}
            events
          </strong>{' '}
          would have matched
          {whole && matched > 0 && rate >= 1 && `, about ${Math.round(rate).toLocaleString('en')} a day`}
          {whole ? '.' : running ? ' so far …' : ' before it was stopped.'}
        </Box>
      </LiveRegion>
      <ul className="ot-plain-list" aria-label="Newest that would have matched">
        {events.map((event) => (
          <li key={event.id}>
            <a className="ot-link" href={formatHash({ page: 'event', id: event.id })}>
              {event.name}
            </a>{' '}
            <span className="ot-secondary">
              {event.username} · <TimeText ms={event.time} />
            </span>
          </li>
        ))}
      </ul>
      {matched > events.length && (
        <Box variant="small" color="text-body-secondary">
          The newest {events.length} are listed.
        </Box>
      )}
    </SpaceBetween>
  );
}

const LISTED = 10;

function added(before: Tried | undefined, page: Tried): Tried {
  if (!before) return page;
  return {
    scanned: before.scanned + page.scanned,
    matched: before.matched + page.matched,
    events: [...before.events, ...page.events].slice(0, LISTED),
    next: page.next,
  };
}
