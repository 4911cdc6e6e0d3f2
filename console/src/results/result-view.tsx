import Box from '@cloudscape-design/components/box';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';

import { Waiting } from '../parts/waiting.tsx';
import { plotOf } from './plot.ts';
import { ResultTable } from './result-table.tsx';
import type { ResultFormat } from './result-file.ts';
import type { Results } from './results.ts';

const PlotChart = lazy(() => import('./plot-chart.tsx'));

type Props = {
  /** For screen readers, and what the chart is called. */
  readonly title: string;
  readonly results: Results;
  /** Beside the switch: how many rows, how long it took. */
  readonly told: ReactNode;
  readonly more?: boolean;
  readonly loading?: boolean;
  readonly onMore?: () => void;
  readonly onSave: (format: ResultFormat) => void;
  readonly saving?: boolean;
};

/** Rows as a table, or where they hold something to draw as a chart; saved as a file. */
export function ResultView({ title, results, told, onSave, saving = false, ...paging }: Props) {
  const [as, setAs] = useState('table');
  const plot = useMemo(() => plotOf(results), [results]);
  const isChart = as === 'chart' && plot !== undefined;
  return (
    <div className="ot-results">
      <div className="ot-results-head">
        <SegmentedControl
          selectedId={isChart ? 'chart' : 'table'}
          label="Rows as"
          options={[
            { id: 'table', text: 'Table' },
            {
              id: 'chart',
              text: 'Chart',
              disabled: plot === undefined,
              disabledReason: 'A chart needs a number, and words or a time to set it against.',
            },
          ]}
          onChange={({ detail }) => setAs(detail.selectedId)}
        />
        <div className="ot-results-told" role="status">
          {told}
        </div>
        <ButtonDropdown
          items={[
            { id: 'csv', text: 'CSV' },
            { id: 'json', text: 'JSON' },
          ]}
          disabled={results.rows.length === 0}
          loading={saving}
          expandToViewport
          onItemClick={({ detail }) => onSave(detail.id === 'csv' ? 'csv' : 'json')}
        >
          Download
        </ButtonDropdown>
      </div>
      {isChart ? (
        <>
          <Suspense fallback={<Waiting what="the chart" lines={6} />}>
            <PlotChart title={title} plot={plot} />
          </Suspense>
          {plot.kind === 'words' && plot.left > 0 && (
            <Box variant="small" color="text-body-secondary">
              The first {plot.x.length} rows are drawn; {plot.left.toLocaleString('en')} more are in the
              table.
            </Box>
          )}
        </>
      ) : (
        <ResultTable title={title} results={results} {...paging} />
      )}
    </div>
  );
}
