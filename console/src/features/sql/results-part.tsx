import Box from '@cloudscape-design/components/box';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useState } from 'react';

import type { QueryState } from '../../lake/queries.ts';
import { bytesText } from '../../parts/bytes.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { saveResults, type ResultFormat } from '../../results/result-file.ts';
import { ResultView } from '../../results/result-view.tsx';
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
        <ProgressBar
          ariaLabel="The query runs"
          status="in-progress"
          label={query?.status === 'QUEUED' ? 'Waits for others to end' : 'Runs'}
          additionalInfo={query && scannedText(query)}
        />
      )}
      {state.phase === 'cancelled' && <Box color="text-body-secondary">Cancelled.</Box>}
      {state.error !== undefined && (
        <ErrorState error={state.error} what="Rows" action="cloudtrail:StartQuery" />
      )}
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

function toldText(query: QueryState): string {
  const rows = query.rows === 1 ? '1 row' : `${query.rows.toLocaleString('en')} rows`;
  const took = query.took < 1000 ? `${query.took} ms` : `${(query.took / 1000).toFixed(1)} s`;
  return `${rows} in ${took} · ${scannedText(query)}`;
}

function scannedText({ scanned, bytes }: QueryState): string {
  return `${scanned.toLocaleString('en')} events, ${bytesText(bytes)} read`;
}
