import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';

import { available } from '../../../choices/available.ts';
import { NameField } from '../../../choices/choose.tsx';
import { PlanForm } from '../../../plan/form-frame.tsx';
import { useDoing } from '../../../plan/use-doing.ts';
import type { Route } from '../../../routing/route.ts';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { COMPARISONS, type Alarm } from '../alarms.ts';
import { MetricPart } from '../metric-part.tsx';
import { metricOf, planAlarm, validate, type Draft } from './draft.ts';

type Props = { readonly title: string; readonly initial: Draft; readonly before: Alarm | undefined };
type Option = { readonly value: string; readonly label: string };

const STATISTICS = ['Sum', 'Average', 'Maximum', 'Minimum', 'SampleCount'].map((value) => ({
  value,
  label: value,
}));
const PERIODS: readonly Option[] = [
  { value: '60', label: '1 minute' },
  { value: '300', label: '5 minutes' },
  { value: '900', label: '15 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
];
const MISSING: readonly Option[] = [
  { value: 'notBreaching', label: 'is good: nothing happened' },
  { value: 'missing', label: 'is missing: there may not be enough data' },
  { value: 'ignore', label: 'leaves the state as it is' },
  { value: 'breaching', label: 'is bad' },
];
const COMPARISON_OPTIONS = Object.entries(COMPARISONS).map(([value, { words }]) => ({ value, label: words }));
const QUERIES = ['alarms', 'alarm', 'alarm-form', 'alarm-history', 'metric-data'];

/** When somebody is to be told, with what the metric did so far against the threshold. */
export function AlarmForm({ title, initial, before }: Props) {
  const { session } = useConnection();
  const [draft, setDraft] = useState(initial);
  const [shown, setShown] = useState(false);
  const doing = useDoing(QUERIES);
  const problems = validate(draft);
  const isValid = Object.keys(problems).length === 0;
  const call = planAlarm(draft, before, session);
  const page: Route = { page: 'alarm', name: draft.name };
  const change = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const errorOf = (field: keyof Draft) => (shown ? problems[field] : undefined);
  const parts = { draft, change, errorOf, before };
  const submit = () => {
    setShown(true);
    if (isValid) doing.start([call]);
  };
  return (
    <PlanForm
      title={title}
      verb={before ? 'Save changes' : 'Create alarm'}
      onCancel={() => navigate(before ? page : { page: 'alarms' })}
      onSubmit={submit}
      calls={isValid ? [call] : []}
      name={draft.name}
      isChange={before !== undefined}
      doing={doing}
      page={page}
      showText="Show the alarm"
    >
      <div className="ot-halves">
        <SpaceBetween size="l">
          <MetricFields {...parts} />
          <ConditionFields {...parts} />
        </SpaceBetween>
        <SpaceBetween size="l">
          <Preview draft={draft} before={before} />
          <TopicField {...parts} />
        </SpaceBetween>
      </div>
    </PlanForm>
  );
}

type PartProps = {
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>) => void;
  readonly errorOf: (field: keyof Draft) => string | undefined;
  readonly before: Alarm | undefined;
};

function TextField(
  props: PartProps & { readonly field: keyof Draft; readonly label: string; readonly disabled?: boolean },
) {
  const { draft, change, errorOf, field, label, disabled = false } = props;
  return (
    <FormField label={label} errorText={errorOf(field)}>
      <Input
        value={draft[field]}
        disabled={disabled}
        spellcheck={false}
        autoComplete={false}
        onChange={({ detail }) => change({ [field]: detail.value })}
      />
    </FormField>
  );
}

function ChoiceField(
  props: PartProps & {
    readonly field: keyof Draft;
    readonly label: string;
    readonly options: readonly Option[];
  },
) {
  const { draft, change, field, label, options } = props;
  const value = draft[field];
  const known = options.find((option) => option.value === value);
  return (
    <FormField label={label}>
      <Select
        selectedOption={known ?? { value, label: value }}
        options={known ? options : [...options, { value, label: value }]}
        onChange={({ detail }) => change({ [field]: detail.selectedOption.value ?? value })}
      />
    </FormField>
  );
}

function MetricFields(props: PartProps) {
  return (
    <Container header={<Header variant="h2">Metric</Header>}>
      <SpaceBetween size="l">
        <TextField {...props} field="name" label="Name" disabled={props.before !== undefined} />
        <TextField {...props} field="description" label="Description (optional)" />
        <TextField {...props} field="namespace" label="Namespace" />
        <TextField {...props} field="metric" label="Metric’s name" />
        <div className="ot-choice-row">
          <ChoiceField {...props} field="statistic" label="Statistic" options={STATISTICS} />
          <ChoiceField {...props} field="period" label="Of each" options={PERIODS} />
        </div>
      </SpaceBetween>
    </Container>
  );
}

function ConditionFields(props: PartProps) {
  return (
    <Container header={<Header variant="h2">In alarm when it is</Header>}>
      <SpaceBetween size="l">
        <div className="ot-choice-row">
          <ChoiceField {...props} field="comparison" label="Comparison" options={COMPARISON_OPTIONS} />
          <TextField {...props} field="threshold" label="Threshold" />
        </div>
        <div className="ot-choice-row">
          <TextField {...props} field="datapoints" label="In so many" />
          <TextField {...props} field="periods" label="Of the last … periods" />
        </div>
        <ChoiceField {...props} field="missing" label="A period without data" options={MISSING} />
      </SpaceBetween>
    </Container>
  );
}

function TopicField({ draft, change, errorOf }: PartProps) {
  const { api } = useConnection();
  const topics = useQuery({
    queryKey: ['available', 'topics'],
    queryFn: ({ signal }) => available(api, 'topics', signal),
  });
  return (
    <Container header={<Header variant="h2">Who is told</Header>}>
      <NameField
        label="SNS topic (optional)"
        value={draft.topic}
        onChange={(topic) => change({ topic })}
        error={errorOf('topic')}
        suggest
        available={topics.data}
        hint="Its policy must let cloudwatch.amazonaws.com publish, where it has one of its own."
      />
    </Container>
  );
}

/** Drawn once the metric's name stands still. */
function Preview({ draft, before }: { readonly draft: Draft; readonly before: Alarm | undefined }) {
  const query = useDeferredValue(metricOf(draft, before));
  const [asked, setAsked] = useState(draft.metric !== '');
  const threshold = Number(draft.threshold);
  if (!asked)
    return (
      <Container header={<Header variant="h2">Metric</Header>}>
        <Button disabled={draft.metric === '' || draft.namespace === ''} onClick={() => setAsked(true)}>
          Show the metric
        </Button>
      </Container>
    );
  return <MetricPart query={query} threshold={Number.isFinite(threshold) ? threshold : undefined} />;
}
