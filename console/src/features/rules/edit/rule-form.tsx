import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { sentenceOf } from '../../../events/sentence.ts';
import type { TrailEvent } from '../../../events/trail-event.ts';
import { PlanForm } from '../../../plan/form-frame.tsx';
import { useDoing } from '../../../plan/use-doing.ts';
import type { Route } from '../../../routing/route.ts';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { TryHistory } from '../try-history.tsx';
import { validate, type Draft, type DraftField } from './draft.ts';
import { PatternPart } from './pattern-part.tsx';
import { planRule } from './plan.ts';
import { RecentPart } from './recent-part.tsx';
import { TargetsPart } from './targets-part.tsx';

type Props = {
  readonly title: string;
  readonly initial: Draft;
  readonly before: Draft | undefined;
  readonly start: TrailEvent | undefined;
  readonly buses: readonly string[];
  /** An event was asked for that is not there. */
  readonly missing: boolean;
};

const QUERIES = ['rules', 'rule', 'rule-targets', 'rule-form', 'available'];

/** The rule on the left, what it makes of recorded events on the right. */
export function RuleForm(props: Props) {
  const { title, initial, before, start } = props;
  const { session } = useConnection();
  const [draft, setDraft] = useState(initial);
  const [shown, setShown] = useState<ReadonlySet<DraftField>>(new Set(['pattern']));
  const doing = useDoing(QUERIES);
  const problems = validate(draft);
  const isValid = Object.keys(problems).length === 0;
  const calls = isValid ? planRule({ draft, before, place: session }) : [];
  const page: Route = { page: 'rule', name: draft.name, bus: draft.bus };
  const change = (changes: Partial<Draft>, field?: DraftField) => {
    setDraft({ ...draft, ...changes });
    if (field) setShown(new Set([...shown, field]));
  };
  const submit = () => {
    setShown(new Set<DraftField>(['name', 'pattern', 'targets']));
    if (!isValid)
      window.setTimeout(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 100);
    else if (calls.length === 0) navigate(page);
    else doing.start(calls);
  };
  const errorOf = (field: DraftField) => (shown.has(field) ? problems[field] : undefined);
  return (
    <PlanForm
      title={title}
      verb={before ? 'Save changes' : 'Create rule'}
      onCancel={() => navigate(before ? page : { page: 'rules' })}
      onSubmit={submit}
      calls={calls}
      name={draft.name}
      isChange={before !== undefined}
      doing={doing}
      page={page}
      showText="Show the rule"
    >
      <Origin {...props} />
      <div className="ot-halves">
        <SpaceBetween size="l">
          <Basics {...props} draft={draft} change={change} error={errorOf('name')} />
          {draft.schedule === '' ? (
            <PatternPart draft={draft} change={change} error={errorOf('pattern')} start={start} />
          ) : (
            <SchedulePart draft={draft} change={change} />
          )}
          <TargetsPart draft={draft} change={change} error={errorOf('targets')} />
        </SpaceBetween>
        {draft.schedule === '' && (
          <SpaceBetween size="l">
            <RecentPart pattern={draft.pattern} state={draft.state} start={start} />
            <TryHistory
              key={`${draft.pattern} ${draft.state}`}
              pattern={draft.pattern}
              state={draft.state}
              disabled={problems.pattern !== undefined}
            />
          </SpaceBetween>
        )}
      </div>
    </PlanForm>
  );
}

export type PartProps = {
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>, field?: DraftField) => void;
  readonly error: string | undefined;
};

/** Which event it is for, and whether rules here would see it at all. */
function Origin({ start, missing }: Props) {
  const { session } = useConnection();
  if (missing)
    return (
      <Alert type="warning">The event that the rule was to be for is not there, or you may not see it.</Alert>
    );
  if (!start) return null;
  const elsewhere = start.account !== session.accountId || start.region !== session.region;
  return (
    <Alert type={elsewhere ? 'warning' : 'info'} header="When this happens again">
      {sentenceOf(start)
        .map(({ text }) => text)
        .join('')}
      .
      {elsewhere &&
        ` It was recorded in ${start.account}, ${start.region}: a rule made here sees ${session.accountId}, ${session.region} only.`}
    </Alert>
  );
}

function Basics({ draft, change, error, before, buses }: Props & PartProps) {
  return (
    <Container header={<Header variant="h2">Rule</Header>}>
      <SpaceBetween size="l">
        <FormField
          label="Name"
          errorText={error}
          constraintText={
            before ? 'A rule keeps its name.' : 'A rule of that name on the same bus is replaced.'
          }
        >
          <Input
            value={draft.name}
            disabled={before !== undefined}
            spellcheck={false}
            autoComplete={false}
            onChange={({ detail }) => change({ name: detail.value }, 'name')}
          />
        </FormField>
        <FormField label="Description (optional)">
          <Input value={draft.description} onChange={({ detail }) => change({ description: detail.value })} />
        </FormField>
        {buses.length > 1 && (
          <FormField label="Bus" constraintText="What is recorded goes to the default bus.">
            <Select
              selectedOption={{ value: draft.bus }}
              options={buses.map((value) => ({ value }))}
              onChange={({ detail }) => change({ bus: detail.selectedOption.value ?? 'default' })}
            />
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  );
}

function SchedulePart({ draft, change }: Omit<PartProps, 'error'>) {
  return (
    <Container header={<Header variant="h2">Schedule</Header>}>
      <FormField label="Expression" constraintText="rate(5 minutes), cron(0 8 * * ? *)">
        <Input
          value={draft.schedule}
          spellcheck={false}
          onChange={({ detail }) => change({ schedule: detail.value })}
        />
      </FormField>
    </Container>
  );
}
