import ExpandableSection from '@cloudscape-design/components/expandable-section';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { describeQuery, isOver, pastQueries, type QueryState } from '../../lake/queries.ts';
import type { StoreName } from '../../lake/stores.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { explain } from '../../parts/explain.ts';
import { TimeText } from '../../parts/time-text.tsx';
import { useConnection } from '../../session/context.tsx';

type Props = { readonly store: StoreName; readonly onChoose: (query: QueryState) => void };

const WORDS: Readonly<Record<string, string>> = {
  QUEUED: 'waits',
  RUNNING: 'runs',
  FINISHED: 'finished',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TIMED_OUT: 'took too long',
};

/** Milliseconds between two looks at those that have not ended. */
const GLANCE = 2000;

/** Queries of the last week: a list without statements, which are looked up one by one. */
export function PastPart({ store, onChoose }: Props) {
  const { api } = useConnection();
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const past = useQuery({
    queryKey: ['past-queries', store.id],
    enabled: open,
    queryFn: ({ signal }) => pastQueries(api, store.arn, signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some(({ status }) => !isOver(status)) ? GLANCE : false),
  });
  const choose = (id: string) => {
    setProblem(undefined);
    describeQuery(api, id).then(onChoose, (error: unknown) => setProblem(explain(error)));
  };
  return (
    <ExpandableSection
      headerText="Earlier queries"
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      {past.isError && (
        <ErrorState error={past.error} what="Earlier queries" action="cloudtrail:ListQueries" />
      )}
      {problem !== undefined && <p role="alert">{problem}</p>}
      {past.data?.length === 0 && <p className="ot-secondary">None in the last week.</p>}
      <ul className="ot-plain-list ot-sql-list">
        {past.data?.map(({ id, status, created }) => (
          <li key={id}>
            <button type="button" onClick={() => choose(id)}>
              <TimeText ms={created} brief /> <span className="ot-secondary">{WORDS[status] ?? status}</span>
            </button>
          </li>
        ))}
      </ul>
    </ExpandableSection>
  );
}
