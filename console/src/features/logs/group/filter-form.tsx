import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { useAct } from '../../../parts/use-act.tsx';
import { FormFrame } from '../../../plan/form-frame.tsx';
import type { PlannedCall } from '../../../plan/planned-call.ts';
import { useConnection } from '../../../session/context.tsx';
import type { MetricFilter } from '../logs.ts';
import { FilterTest } from './filter-test.tsx';

type Props = {
  readonly group: string;
  readonly before: MetricFilter | undefined;
  readonly onLeave: () => void;
};

const EMPTY = {
  name: '',
  pattern: '',
  namespace: 'CloudTrailMetrics',
  metric: '',
  value: '1',
  defaultText: '',
};
type Draft = typeof EMPTY;

/** A metric filter, tested on what was written before it is made. */
export function FilterForm({ group, before, onLeave }: Props) {
  const { api } = useConnection();
  const { act, busy, said } = useAct(['metric-filters', 'log-groups', 'log-group']);
  const [draft, setDraft] = useState<Draft>(
    before
      ? {
          ...EMPTY,
          ...before,
          defaultText: before.defaultValue === undefined ? '' : String(before.defaultValue),
        }
      : EMPTY,
  );
  const [shown, setShown] = useState(false);
  const problems = problemsOf(draft);
  const isValid = Object.keys(problems).length === 0;
  const call = plannedCall(group, draft);
  const field = (name: keyof Draft, label: string, hint = '') => (
    <FormField label={label} constraintText={hint} errorText={shown ? problems[name] : undefined}>
      <Input
        value={draft[name]}
        disabled={name === 'name' && before !== undefined}
        spellcheck={false}
        autoComplete={false}
        onChange={({ detail }) => setDraft({ ...draft, [name]: detail.value })}
      />
    </FormField>
  );
  const submit = () => {
    setShown(true);
    if (!isValid) return;
    void act(
      'put',
      () => api.json('logs', call.operation, call.input),
      `${draft.name} counts from now on.`,
    ).then((done) => {
      if (done) onLeave();
    });
  };
  return (
    <FormFrame
      title={before ? `Edit ${before.name}` : 'Create metric filter'}
      level="h2"
      verb={before ? 'Save changes' : 'Create metric filter'}
      busy={busy !== undefined}
      onCancel={onLeave}
      onSubmit={submit}
      calls={isValid ? [call] : []}
    >
      {said}
      <div className="ot-halves">
        <Container header={<Header variant="h2">Filter</Header>}>
          <SpaceBetween size="l">
            {field('name', 'Name')}
            <div className="ot-code-area">
              <FormField
                label="Filter pattern"
                constraintText={
                  '{ ($.eventName = "DeleteTrail") || ($.errorCode = "AccessDenied*") }, or words. Empty: every event.'
                }
              >
                <Textarea
                  value={draft.pattern}
                  rows={4}
                  spellcheck={false}
                  onChange={({ detail }) => setDraft({ ...draft, pattern: detail.value })}
                />
              </FormField>
            </div>
            {field('namespace', 'Metric’s namespace')}
            {field('metric', 'Metric’s name')}
            {field('value', 'Value of each match', 'A number, or $.field of the event.')}
            {field(
              'defaultText',
              'Value of a minute without a match (optional)',
              '0 lets an alarm see quiet minutes.',
            )}
          </SpaceBetween>
        </Container>
        <FilterTest group={group} pattern={draft.pattern} />
      </div>
    </FormFrame>
  );
}

function plannedCall(group: string, draft: Draft): PlannedCall {
  const { name, pattern, metric, namespace, value, defaultText } = draft;
  return {
    id: 'PutMetricFilter',
    title: `Count in ${metric} what fits`,
    made: `metric filter ${name}`,
    service: 'logs',
    operation: 'PutMetricFilter',
    field: 'pattern',
    existsCodes: [],
    input: {
      logGroupName: group,
      filterName: name,
      filterPattern: pattern,
      metricTransformations: [
        {
          metricName: metric,
          metricNamespace: namespace,
          metricValue: value,
          ...(defaultText === '' ? {} : { defaultValue: Number(defaultText) }),
        },
      ],
    },
  };
}

function problemsOf(draft: Draft): { readonly [field in keyof Draft]?: string } {
  const problems: Partial<Record<keyof Draft, string>> = {};
  if (!/^[^:*]{1,512}$/.test(draft.name)) problems.name = 'Enter a name, without : and *.';
  if (!/^[^:*$]{1,255}$/.test(draft.namespace)) problems.namespace = 'Enter a namespace, without : * and $.';
  if (!/^[^:*$]{1,255}$/.test(draft.metric)) problems.metric = 'Enter a name, without : * and $.';
  if (draft.value === '') problems.value = 'Enter a value: 1 counts.';
  if (draft.defaultText !== '' && !Number.isFinite(Number(draft.defaultText)))
    problems.defaultText = `“${draft.defaultText}” is no number.`;
  return problems;
}
