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
import { SPANS } from './spans.ts';
import { useLogSearch } from './use-log-search.ts';

type Props = { readonly group: string; readonly groupArn: string; readonly stream: string };

/** Events of a group or of one stream, newest first, through a filter pattern. */
export function EventsTab({ group, groupArn, stream }: Props) {
  const [typed, setTyped] = useState('');
  const [pattern, setPattern] = useState('');
  const [span, setSpan] = useState(Number(SPANS[2]?.value));
  const [live, setLive] = useState(false);
  const search = useLogSearch({ group, groupArn, stream, pattern, span }, live);
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
          What is written from now on comes by itself.
          {search.sampled && ' More is written than can be shown: Live Tail leaves some of it out.'}
        </Box>
      )}
      {error !== undefined && (
        <ErrorState
          error={error}
          what={live ? 'Live events' : 'Events'}
          action={live ? 'logs:StartLiveTail' : 'logs:FilterLogEvents'}
          onRetry={() => {
            setLive(false);
            search.refresh();
          }}
        />
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
