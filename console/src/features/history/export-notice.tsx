import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ProgressBar from '@cloudscape-design/components/progress-bar';

import { ErrorState } from '../../parts/error-state.tsx';
import { EXPORT_LIMIT } from './export-file.ts';
import type { Export } from './use-export.ts';

/** How far a download is. `total` is what the histogram counted, undefined when it is not known. */
export function ExportNotice({
  download,
  total,
}: {
  readonly download: Export;
  readonly total: number | undefined;
}) {
  const { state, cancel } = download;
  if (state.phase === 'idle') return null;
  if (state.phase === 'failed')
    return (
      <ErrorState error={state.error} what="The download" action="cloudtrail:LookupEvents" onRetry={cancel} />
    );
  if (state.phase === 'done') {
    const text = `${state.count.toLocaleString('en')} events were downloaded.`;
    const cut = ` There are more: one file takes ${EXPORT_LIMIT.toLocaleString('en')}. Narrow the range, or use opentrail lookup --max 0 --json.`;
    return (
      <Alert type={state.cut ? 'warning' : 'success'} dismissible onDismiss={cancel}>
        {text}
        {state.cut && cut}
      </Alert>
    );
  }
  const wanted = Math.max(1, Math.min(total ?? EXPORT_LIMIT, EXPORT_LIMIT));
  return (
    <Alert type="info" action={<Button onClick={cancel}>Cancel</Button>}>
      <ProgressBar
        value={Math.min(100, (state.count / wanted) * 100)}
        label="Downloading events"
        additionalInfo={`${state.count.toLocaleString('en')} of ${wanted.toLocaleString('en')}`}
      />
    </Alert>
  );
}
