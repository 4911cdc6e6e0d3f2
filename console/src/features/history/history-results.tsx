import Button from '@cloudscape-design/components/button';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';

import { withOnly, type HistoryQuery } from '../../events/query.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { useLate } from '../../parts/use-late.ts';
import { usePreferences } from '../../preferences/context.tsx';
import { EmptyState } from './empty-state.tsx';
import { EventList } from './event-list.tsx';
import { EventTable } from './event-table.tsx';
import type { History } from './use-history.ts';
import type { LiveTail } from './use-live-tail.ts';

type Props = {
  readonly query: HistoryQuery;
  readonly history: History;
  /** Undefined unless the list is live. */
  readonly tail: LiveTail | undefined;
  readonly paused: boolean;
  readonly events: readonly TrailEvent[];
  readonly selected: string | undefined;
  readonly narrow: boolean;
  readonly onQuery: (query: HistoryQuery) => void;
  readonly onOpen: (event: TrailEvent) => void;
};

/** The answer: rows, or why there are none. */
export function HistoryResults(props: Props) {
  const { query, history, tail, events, selected, narrow, onQuery, onOpen } = props;
  const skeleton = useLate(history.loading, 200);
  const problem = history.error ?? tail?.error;
  const notices = (
    <>
      {problem ? (
        <ErrorState
          error={problem}
          what={tail?.error ? 'Live events' : 'Events'}
          action={tail?.error ? 'opentrail:StreamEvents' : 'cloudtrail:LookupEvents'}
          onRetry={history.refresh}
        />
      ) : null}
      {tail && <HeldNotice tail={tail} paused={props.paused} />}
    </>
  );
  if (history.error && events.length === 0) return notices;
  const empty =
    history.loading || tail ? (
      tail && <p className="ot-waiting">Waiting for the next event …</p>
    ) : (
      <EmptyState query={query} onQuery={onQuery} />
    );
  const filter = tail ? <ReadsToggle /> : <WritesToggle query={query} onQuery={onQuery} />;
  return (
    <SpaceBetween size="s">
      {notices}
      {narrow ? (
        <div>
          <div className="ot-list-tools">
            {filter}
            {!tail && (
              <Pagination
                currentPageIndex={history.page.index}
                pagesCount={history.page.known}
                openEnd={history.page.more}
                pagesVariant="compact"
                onChange={({ detail }) => history.page.goTo(detail.currentPageIndex)}
              />
            )}
          </div>
          {events.length === 0 ? empty : <EventList events={events} selected={selected} />}
        </div>
      ) : (
        <EventTable
          events={history.loading ? [] : events}
          selected={selected}
          loading={skeleton}
          empty={empty}
          filter={filter}
          page={tail ? undefined : history.page}
          onOpen={onOpen}
        />
      )}
    </SpaceBetween>
  );
}

/** Calls that change something: mostly what one looks for. */
function WritesToggle({ query, onQuery }: Pick<Props, 'query' | 'onQuery'>) {
  const condition = query.conditions.find(({ key }) => key === 'ReadOnly');
  const checked =
    condition?.operator === 'equals' && condition.values.length === 1 && condition.values[0] === 'false';
  return (
    <Toggle
      checked={checked}
      onChange={({ detail }) => onQuery(withOnly(query, 'ReadOnly', detail.checked ? ['false'] : []))}
    >
      Only calls that change something
    </Toggle>
  );
}

function ReadsToggle() {
  const [preferences, setPreferences] = usePreferences();
  return (
    <Toggle
      checked={preferences.liveReads}
      onChange={({ detail }) => setPreferences({ liveReads: detail.checked })}
    >
      Show read-only calls
    </Toggle>
  );
}

function HeldNotice({ tail, paused }: { readonly tail: LiveTail; readonly paused: boolean }) {
  const count = tail.held.length;
  if (!paused && count === 0) return null;
  return (
    <div className="ot-held" role="status">
      {count === 0 ? (
        <span className="ot-secondary">Standing still while you read</span>
      ) : (
        <Button
          iconName="angle-up"
          onClick={() => {
            tail.showHeld();
            window.scrollTo({ top: 0 });
          }}
        >
          {count} new {count === 1 ? 'event' : 'events'}
        </Button>
      )}
    </div>
  );
}
