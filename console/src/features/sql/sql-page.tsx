import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';

import { isNotServed } from '../../aws/errors.ts';
import { STORE_PLACE } from '../../lake/schema.ts';
import { queryableStores, type StoreName } from '../../lake/stores.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorState } from '../../parts/error-state.tsx';
import { NotServed } from '../../parts/not-served.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { PageLayout } from '../../shell/page-layout.tsx';
import { PastPart } from './past-part.tsx';
import { placeOf } from './place.ts';
import { ResultsPart } from './results-part.tsx';
import { SamplesPart } from './samples-part.tsx';
import { SchemaPart } from './schema-part.tsx';
import { useSql } from './use-sql.ts';
import './sql.css';

const SqlEditor = lazy(() => import('./sql-editor.tsx'));

const FIRST = `SELECT eventtime, eventname, useridentity.arn AS identity, sourceipaddress, errorcode
FROM ${STORE_PLACE}
WHERE eventtime > date_add('day', -7, now())
ORDER BY eventtime DESC
LIMIT 100`;

type Props = { readonly statement: string | undefined; readonly store: string | undefined };

/** Statements over event data stores. `statement`: what the page begins with. */
export default function SqlPage({ statement, store }: Props) {
  const { api } = useConnection();
  const stores = useQuery({
    queryKey: ['queryable-stores'],
    queryFn: ({ signal }) => queryableStores(api, signal),
    staleTime: 0,
  });
  const { error } = stores;
  return (
    <PageLayout active="sql" title="SQL">
      <div className="ot-history">
        {stores.isPending && <Waiting what="event data stores" lines={6} />}
        {error && isNotServed(error) && <NotServed title="No SQL here" error={error} />}
        {error && !isNotServed(error) && (
          <ErrorState
            error={error}
            what="Event data stores"
            heading="SQL"
            action="cloudtrail:ListEventDataStores"
            onRetry={() => void stores.refetch()}
          />
        )}
        {stores.data?.length === 0 && <NoStores />}
        {stores.data && stores.data.length > 0 && (
          <Query stores={stores.data} statement={statement ?? FIRST} first={store} />
        )}
      </div>
    </PageLayout>
  );
}

type QueryProps = {
  readonly stores: readonly StoreName[];
  readonly statement: string;
  /** Id of the store to begin with. */
  readonly first: string | undefined;
};

function Query({ stores, statement, first }: QueryProps) {
  const [store, setStore] = useState(() => stores.find(({ id }) => id === first) ?? stores[0]);
  const [put, setPut] = useState(() => ({
    text: statement.replaceAll(STORE_PLACE, store?.id ?? STORE_PLACE),
  }));
  // What the editor holds by now; it is only told of what does not come from itself.
  const [text, setText] = useState(put.text);
  const replace = (next: string) => {
    setText(next);
    setPut({ text: next });
  };
  const sql = useSql();
  const { state } = sql;
  const named = (written: string) => written.replaceAll(STORE_PLACE, store?.id ?? STORE_PLACE);
  const run = (written: string) => {
    if (written.trim() === '') return;
    const sent = named(written);
    // As it is sent, so that the place of a mistake is the same in both.
    if (sent !== written) replace(sent);
    sql.run(sent);
  };
  const ids = useMemo(() => stores.map(({ id }) => id), [stores]);
  const wrong = useMemo(() => placeOf(state.error), [state.error]);
  const options = stores.map(({ id, name }) => ({ value: id, label: name, description: id }));
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween size="xs" direction="horizontal">
            <CopyButton
              text={`${window.location.origin}${window.location.pathname}${formatHash({ page: 'sql', statement: text })}`}
              what="a link to this statement"
              label="Copy link"
            />
            <Button href="#/stores">Event data stores</Button>
          </SpaceBetween>
        }
      >
        SQL
      </Header>
      <div className="ot-sql">
        <aside className="ot-sql-side" aria-label="Schema and samples">
          <Select
            selectedOption={options.find(({ value }) => value === store?.id) ?? null}
            options={options}
            ariaLabel="Event data store"
            onChange={({ detail }) => {
              const next = stores.find(({ id }) => id === detail.selectedOption.value);
              // The statement follows: it was over the store before.
              if (next && store) replace(text.replaceAll(store.id, next.id));
              setStore(next);
            }}
          />
          <SamplesPart onChoose={(sample) => replace(named(sample))} />
          {store && (
            <PastPart
              store={store}
              onChoose={(past) => {
                replace(past.statement);
                sql.open(past.id);
              }}
            />
          )}
          <SchemaPart onChoose={(column) => replace(`${text.trimEnd()} ${column}`)} />
        </aside>
        <div className="ot-sql-main">
          <SpaceBetween size="m">
            <Suspense fallback={<Waiting what="the editor" lines={8} />}>
              <SqlEditor put={put} stores={ids} wrong={wrong} onChange={setText} onRun={run} />
            </Suspense>
            <SpaceBetween size="xs" direction="horizontal" alignItems="center">
              <Button variant="primary" loading={state.phase === 'running'} onClick={() => run(text)}>
                Run
              </Button>
              {state.phase === 'running' && <Button onClick={sql.cancel}>Cancel</Button>}
              <Box variant="small" color="text-body-secondary">
                Ctrl+Enter runs it, Ctrl+Space completes. Escape leaves the editor.
              </Box>
            </SpaceBetween>
            <ResultsPart sql={sql} />
          </SpaceBetween>
        </div>
      </div>
    </SpaceBetween>
  );
}

function NoStores() {
  return (
    <div className="ot-first-steps">
      <Box variant="h1">SQL</Box>
      <Box variant="h2">No event data store yet</Box>
      <p>
        A store keeps events in columns for years, so that SQL over them answers in a moment. What is recorded
        from then on goes into it; what was delivered before is imported.
      </p>
      <Button variant="primary" href="#/create-store">
        Create event data store
      </Button>
    </div>
  );
}
