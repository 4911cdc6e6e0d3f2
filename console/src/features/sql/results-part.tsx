import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';

import type { QueryState } from '../../lake/queries.ts';
import { bytesText } from '../../parts/bytes.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { saveResults, type ResultFormat } from '../../results/result-file.ts';
import { ResultView } from '../../results/result-view.tsx';
import { placeOf } from './place.ts';
import type { useSql } from './use-sql.ts';

/** How far a query is, and its rows. */
export function ResultsPart({ sql }: { readonly sql: ReturnType<typeof useSql> }) {
  const { state } = sql;
  const [saving, setSaving] = useState(false);
  const save = async (format: ResultFormat) => {
    setSaving(true);
    const results = await sql.all();
    if (results) saveResults(results, format, 'query-results');
    setSaving(false);
  };
  const { query, results } = state;
  return (
    <>
      {state.phase === 'running' && (
        // How much there is to read nobody knows: no bar could say how far it is.
        <div role="status" aria-label="The query runs">
          <StatusIndicator type="in-progress">
            {query?.status === 'QUEUED' ? 'Waits for others to end' : 'Runs'}
          </StatusIndicator>
          {query && <div className="ot-secondary">{scannedText(query)}</div>}
        </div>
      )}
      {state.phase === 'cancelled' && <Box color="text-body-secondary">Cancelled.</Box>}
      {state.error !== undefined && <Failure error={state.error} />}
      {results && (
        <ResultView
          key={query?.id}
          title="Rows of the query"
          results={results}
          told={query && toldText(query)}
          more={state.next !== undefined}
          loading={state.fetching}
          onMore={sql.more}
          onSave={(format) => void save(format)}
          saving={saving}
        />
      )}
    </>
  );
}

/** What is wrong with a statement is marked in it as well. */
function Failure({ error }: { readonly error: unknown }) {
  const wrong = placeOf(error);
  if (!wrong) return <ErrorState error={error} what="Rows" action="cloudtrail:StartQuery" />;
  const { line, column, message } = wrong;
  return (
    <div role="alert">
      <Alert type="error" header={`Line ${line}, column ${column}`}>
        {message}
      </Alert>
    </div>
  );
}

function toldText(query: QueryState): string {
  const rows = query.rows === 1 ? '1 row' : `${query.rows.toLocaleString('en')} rows`;
  const took = query.took < 1000 ? `${query.took} ms` : `${(query.took / 1000).toFixed(1)} s`;
  // Of what took no time nobody counted what was read.
  return query.scanned === 0 ? `${rows} in ${took}` : `${rows} in ${took} · ${scannedText(query)}`;
}

function scannedText({ scanned, bytes }: QueryState): string {
  return `${scanned.toLocaleString('en')} events, ${bytesText(bytes)} read`;
}
