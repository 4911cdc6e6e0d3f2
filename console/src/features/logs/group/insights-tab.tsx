import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { bytesText } from '../../../parts/bytes.ts';
import { ErrorState } from '../../../parts/error-state.tsx';
import { saveResults } from '../../../results/result-file.ts';
import { ResultView } from '../../../results/result-view.tsx';
import { SPANS } from './spans.ts';
import { useLogQuery } from './use-log-query.ts';

const SAMPLES = [
  {
    value: 'fields @timestamp, @message\n| sort @timestamp desc\n| limit 20',
    label: 'The newest twenty',
  },
  {
    value: 'stats count(*) as calls by bin(5m)',
    label: 'Calls in five minutes each',
  },
  {
    value: 'filter ispresent(errorCode)\n| stats count(*) as failures by errorCode\n| sort failures desc',
    label: 'Failures by their code',
  },
  {
    value: 'stats count(*) as calls by userIdentity.arn, eventName\n| sort calls desc\n| limit 25',
    label: 'Who calls what',
  },
  {
    value:
      'filter eventName = "ConsoleLogin"\n| fields @timestamp, userIdentity.arn, sourceIPAddress, responseElements.ConsoleLogin',
    label: 'Sign-ins to the console',
  },
];

/** A query over the group: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html */
export function InsightsTab({ group }: { readonly group: string }) {
  const [text, setText] = useState(SAMPLES[0]?.value ?? '');
  const [span, setSpan] = useState(SPANS[2]?.value ?? '');
  const { state, run, stop } = useLogQuery(group);
  const start = () => run(text, Number(span));
  return (
    <SpaceBetween size="m">
      <div className="ot-log-search">
        <Select
          selectedOption={null}
          options={SAMPLES}
          placeholder="Begin with a sample"
          ariaLabel="Begin with a sample"
          onChange={({ detail }) => setText(detail.selectedOption.value ?? text)}
        />
        <Select
          selectedOption={SPANS.find(({ value }) => value === span) ?? null}
          options={SPANS}
          ariaLabel="How far back"
          onChange={({ detail }) => setSpan(detail.selectedOption.value ?? span)}
        />
      </div>
      <div className="ot-code-area">
        <FormField
          label="Query"
          constraintText="Ctrl+Enter runs it. fields, filter, parse, stats, sort, limit, dedup, display; one after another with |."
          stretch
        >
          <Textarea
            value={text}
            rows={5}
            spellcheck={false}
            onChange={({ detail }) => setText(detail.value)}
            onKeyDown={({ detail }) => {
              if (detail.key === 'Enter' && (detail.ctrlKey || detail.metaKey)) start();
            }}
          />
        </FormField>
      </div>
      <SpaceBetween size="xs" direction="horizontal">
        <Button variant="primary" loading={state.phase === 'running'} onClick={start}>
          Run query
        </Button>
        {state.phase === 'running' && <Button onClick={stop}>Cancel</Button>}
      </SpaceBetween>
      {state.phase === 'failed' && (
        <ErrorState error={state.error} what="Rows" action="logs:StartQuery" onRetry={start} />
      )}
      {state.phase === 'stopped' && <Box color="text-body-secondary">Cancelled.</Box>}
      {state.answer && (
        <ResultView
          key={state.count}
          title="Rows of the query"
          results={state.answer.results}
          told={`${rowsText(state.answer.results.rows.length)} · ${state.answer.matched.toLocaleString('en')} of ${state.answer.scanned.toLocaleString('en')} events match · ${bytesText(state.answer.bytes)} read`}
          onSave={(format) => state.answer && saveResults(state.answer.results, format, 'log-query')}
        />
      )}
    </SpaceBetween>
  );
}

function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${count.toLocaleString('en')} rows`;
}
