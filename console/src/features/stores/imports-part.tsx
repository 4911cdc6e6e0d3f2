import Header from '@cloudscape-design/components/header';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';

import { isNotServed } from '../../aws/errors.ts';
import { getImport, listImports, type Import, type ImportDetail, type Store } from '../../lake/stores.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { ItemList, type Column } from '../../parts/item-list.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { useConnection } from '../../session/context.tsx';
import Button from '@cloudscape-design/components/button';

const MOST = 20;

const STATES: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  INITIALIZING: 'pending',
  IN_PROGRESS: 'in-progress',
  COMPLETED: 'success',
  STOPPED: 'stopped',
  FAILED: 'error',
};
const WORDS: Readonly<Record<string, string>> = {
  INITIALIZING: 'begins',
  IN_PROGRESS: 'under way',
  COMPLETED: 'done',
  STOPPED: 'stopped',
  FAILED: 'failed',
};

type Row = Import & { readonly detail: ImportDetail | undefined };

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'source',
    header: 'From',
    minWidth: 220,
    isRowHeader: true,
    cell: ({ id, detail }) => (
      <>
        <span className="ot-mono ot-anywhere">{detail?.source || id}</span>
        {detail?.source && <div className="ot-secondary ot-mono ot-anywhere">{id}</div>}
      </>
    ),
  },
  {
    id: 'state',
    header: 'State',
    minWidth: 130,
    cell: ({ status }) => (
      <StatusIndicator type={STATES[status] ?? 'info'}>{WORDS[status] ?? status}</StatusIndicator>
    ),
  },
  {
    id: 'progress',
    header: 'So far',
    minWidth: 190,
    cell: ({ detail }) =>
      detail ? (
        <>
          {detail.events.toLocaleString('en')} events of {detail.files.toLocaleString('en')} files
          {detail.prefixesFound > 0 && (
            <div className="ot-secondary">
              {detail.prefixesDone.toLocaleString('en')} of {detail.prefixesFound.toLocaleString('en')}{' '}
              folders
            </div>
          )}
          {detail.failed > 0 && <div className="ot-bad">{detail.failed.toLocaleString('en')} failed</div>}
        </>
      ) : (
        '–'
      ),
  },
  { id: 'begun', header: 'Begun', minWidth: 180, cell: ({ created }) => <TimeText ms={created} /> },
];

/** What is or was imported into a store, newest first, and how far it is. */
export function ImportsPart({ store }: { readonly store: Store }) {
  const { api } = useConnection();
  const queries = useQueryClient();
  const imports = useQuery({
    queryKey: ['imports', store.arn],
    queryFn: ({ signal }) => listImports(api, store.arn, signal),
    staleTime: 0,
  });
  const seen = (imports.data ?? []).slice(0, MOST);
  const details = useQueries({
    queries: seen.map(({ id }) => ({
      queryKey: ['import', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => getImport(api, id, signal),
      staleTime: 0,
    })),
  });
  if (isNotServed(imports.error)) return null;
  if (imports.isError)
    return (
      <ErrorState
        error={imports.error}
        what="Imports"
        action="cloudtrail:ListImports"
        onRetry={() => void imports.refetch()}
      />
    );
  const refresh = () => {
    for (const key of ['imports', 'import']) void queries.invalidateQueries({ queryKey: [key] });
  };
  return (
    <ItemList
      what="Imports"
      items={seen.map((one, index): Row => ({ ...one, detail: details[index]?.data }))}
      trackBy="id"
      columns={COLUMNS}
      loading={imports.isPending}
      header={
        <Header
          variant="h2"
          counter={imports.data && `(${imports.data.length})`}
          description="Log files that were delivered before: aws cloudtrail start-import, or opentrail import."
          actions={
            <Button
              iconName="refresh"
              ariaLabel="Refresh the imports"
              loading={imports.isFetching && !imports.isPending}
              onClick={refresh}
            />
          }
        >
          Imports
        </Header>
      }
      empty="Nothing was imported."
    />
  );
}
