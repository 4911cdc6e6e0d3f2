import Button from '@cloudscape-design/components/button';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import type { ReactNode } from 'react';

import {
  hasCondition,
  isEmpty,
  withCondition,
  withoutCondition,
  type Condition,
  type HistoryQuery,
} from '../../events/query.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { useLate } from '../../parts/use-late.ts';
import { usePreferences } from '../../preferences/context.tsx';
import { useConnection } from '../../session/context.tsx';
import { EmptyState } from './empty-state.tsx';
import { EventList } from './event-list.tsx';
import { EventTable } from './event-table.tsx';
import { FirstSteps, isConsoleCall } from './first-steps.tsx';
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
  const { query, history, tail, events, narrow, onQuery } = props;
  const beginning =
    !tail && isEmpty(query) && events.length > 0 && !history.page.more && events.every(isConsoleCall);
  return (
    <SpaceBetween size="s">
      <Problem history={history} tail={tail} />
      {tail && <HeldNotice tail={tail} paused={props.paused} />}
      {beginning && <FirstSteps onFirst={history.refresh} />}
      {(events.length > 0 || !history.error) && (
        <Rows
          {...props}
          filter={tail ? <ReadsToggle /> : <QuickFilters query={query} onQuery={onQuery} />}
          empty={<Empty query={query} history={history} tail={tail} onQuery={onQuery} />}
          key={narrow ? 'narrow' : 'wide'}
        />
      )}
    </SpaceBetween>
  );
}

function Rows(props: Props & { readonly filter: ReactNode; readonly empty: ReactNode }) {
  const { history, tail, events, selected, narrow, filter, empty, onOpen } = props;
  const skeleton = useLate(history.loading, 200);
  if (!narrow) {
    return (
      <EventTable
        events={history.loading ? [] : events}
        selected={selected}
        loading={skeleton}
        empty={empty}
        filter={filter}
        page={tail ? undefined : history.page}
        onOpen={onOpen}
      />
    );
  }
  return (
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
  );
}

function Problem({ history, tail }: Pick<Props, 'history' | 'tail'>) {
  if (tail?.error && !history.error) {
    return <ErrorState error={tail.error} what="Live events" action="opentrail:StreamEvents" />;
  }
  if (!history.error) return null;
  return (
    <ErrorState
      error={history.error}
      what="Events"
      action="cloudtrail:LookupEvents"
      onRetry={history.refresh}
    />
  );
}

function Empty({ query, history, tail, onQuery }: Pick<Props, 'query' | 'history' | 'tail' | 'onQuery'>) {
  if (tail) return <p className="ot-waiting">Waiting for the next event …</p>;
  if (history.loading) return null;
  return <EmptyState query={query} onQuery={onQuery} onRefresh={history.refresh} />;
}

/** The two filters that one wants most: no reads, and nothing of what this very session looks up. */
function QuickFilters({ query, onQuery }: Pick<Props, 'query' | 'onQuery'>) {
  const { session } = useConnection();
  const own = session.credentials.accessKeyId;
  const writes: Condition = { key: 'ReadOnly', operator: 'equals', values: ['false'] };
  const others: Condition = { key: 'AccessKeyId', operator: 'not', values: [own] };
  const toggle = (condition: Condition, on: boolean) =>
    onQuery(on ? withCondition(query, condition) : withoutCondition(query, condition));
  return (
    <SpaceBetween direction="horizontal" size="m">
      <Toggle checked={hasCondition(query, writes)} onChange={({ detail }) => toggle(writes, detail.checked)}>
        Only calls that change something
      </Toggle>
      <Toggle checked={hasCondition(query, others)} onChange={({ detail }) => toggle(others, detail.checked)}>
        Without this session’s calls
      </Toggle>
    </SpaceBetween>
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
