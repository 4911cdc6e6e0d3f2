import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';

import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { EventLine } from './event-line.tsx';
import { useLogSearch } from './use-log-search.ts';

const HOUR = 3_600_000;
const SPANS = [
  { value: String(HOUR / 4), label: 'the last 15 minutes' },
  { value: String(HOUR), label: 'the last hour' },
  { value: String(24 * HOUR), label: 'the last 24 hours' },
  { value: String(7 * 24 * HOUR), label: 'the last 7 days' },
  { value: String(30 * 24 * HOUR), label: 'the last 30 days' },
];

/** Events of a group or of one stream, newest first, through a filter pattern. */
export function EventsTab({ group, stream }: { readonly group: string; readonly stream: string }) {
  const [typed, setTyped] = useState('');
  const [pattern, setPattern] = useState('');
  const [span, setSpan] = useState(24 * HOUR);
  const [live, setLive] = useState(false);
  const search = useLogSearch({ group, stream, pattern, span }, live);
  const { events, loading, error, before } = search;
  const run = () => (typed === pattern ? search.refresh() : setPattern(typed));
  return (
    <SpaceBetween size="m">
      {stream !== '' && (
        <Box>
          Only the stream <span className="ot-mono ot-anywhere">{stream}</span>.{' '}
          <a className="ot-link" href={formatHash({ page: 'log-group', name: group })}>
            All streams
          </a>
        </Box>
      )}
      <form
        className="ot-log-search"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <div className="ot-log-pattern">
          <Input
            type="search"
            value={typed}
            ariaLabel="Filter pattern"
            placeholder='Filter pattern: AccessDenied, "two words", { $.eventName = "DeleteTrail" }'
            spellcheck={false}
            onChange={({ detail }) => setTyped(detail.value)}
          />
        </div>
        <Select
          selectedOption={SPANS.find(({ value }) => value === String(span)) ?? null}
          options={SPANS}
          ariaLabel="How far back"
          onChange={({ detail }) => setSpan(Number(detail.selectedOption.value))}
        />
        <Button formAction="submit" loading={loading}>
          Search
        </Button>
        <Toggle checked={live} onChange={({ detail }) => setLive(detail.checked)}>
          Live
        </Toggle>
      </form>
      {live && (
        <Box variant="small" color="text-body-secondary">
          <span className="ot-live-live" />
          Asks for new events every two seconds while this page is seen. Each question is recorded like any
          other.
        </Box>
      )}
      {error !== undefined && (
        <ErrorState error={error} what="Events" action="logs:FilterLogEvents" onRetry={search.refresh} />
      )}
      {events.length === 0 && loading && <Waiting what="events" />}
      {events.length === 0 && !loading && error === undefined && (
        <Box textAlign="center" padding="xl" color="text-body-secondary">
          {pattern === '' ? 'Nothing was written in this time.' : 'Nothing in this time fits the pattern.'}
        </Box>
      )}
      {events.length > 0 && (
        <ul className="ot-plain-list ot-log-events" aria-label="Events, newest first">
          {events.map((event) => (
            <EventLine key={event.id} event={event} showStream={stream === ''} />
          ))}
        </ul>
      )}
      {before !== undefined && events.length > 0 && (
        <Box textAlign="center">
          <Button loading={loading} onClick={search.older}>
            Show older ones
          </Button>
        </Box>
      )}
    </SpaceBetween>
  );
}
