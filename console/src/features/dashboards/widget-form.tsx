import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState, type ReactNode } from 'react';

import { STORE_PLACE } from '../../lake/schema.ts';
import type { StoreName } from '../../lake/stores.ts';
import { PlanForm } from '../../plan/form-frame.tsx';
import { useDoing } from '../../plan/use-doing.ts';
import { navigate } from '../../routing/use-route.ts';
import type { Dashboard } from './dashboards.ts';
import {
  planWidget,
  STARTS,
  VIEWS,
  widgetProblems,
  WIDTHS,
  type WidgetDraft,
  type WidgetProblems,
} from './draft.ts';

const QUERIES = ['dashboard'];
const OWN = { value: 'own', label: 'A statement of your own' };
const BEGINNINGS = [...STARTS.map(({ id, title }) => ({ value: id, label: title })), OWN];
const [FIRST] = STARTS;
const EMPTY: WidgetDraft = { title: '', view: 'Table', width: '4', statement: '' };

type Props = { readonly dashboard: Dashboard; readonly stores: readonly StoreName[] };

/** What a widget shows, and how; with the command that does the same. */
export function WidgetForm({ dashboard, stores }: Props) {
  const [draft, setDraft] = useState<WidgetDraft>(FIRST ?? EMPTY);
  const [start, setStart] = useState(FIRST?.id ?? OWN.value);
  const [store, setStore] = useState(stores[0]?.id ?? '');
  const [shown, setShown] = useState(false);
  const doing = useDoing(QUERIES);
  const { problems, needsStore } = checked(draft, store);
  const isValid = Object.keys(problems).length === 0 && !needsStore;
  const calls = isValid ? [planWidget(dashboard, draft, store)] : [];
  const page = { page: 'dashboard', id: dashboard.name } as const;
  const options = stores.map(({ id, name }) => ({ value: id, label: name, description: id }));
  return (
    <PlanForm
      title="Add widget"
      verb="Add widget"
      onCancel={() => navigate(page)}
      onSubmit={() => {
        setShown(true);
        if (isValid) doing.start(calls);
      }}
      calls={calls}
      name={dashboard.name}
      isChange
      doing={doing}
      page={page}
      showText="Show the dashboard"
    >
      <Container header={<Header variant="h2">What it shows</Header>}>
        <SpaceBetween size="l">
          <FormField label="Begin with">
            <Select
              selectedOption={BEGINNINGS.find(({ value }) => value === start) ?? null}
              options={BEGINNINGS}
              onChange={({ detail }) => {
                const { value = OWN.value } = detail.selectedOption;
                setStart(value);
                setDraft(STARTS.find(({ id }) => id === value) ?? EMPTY);
              }}
            />
          </FormField>
          <FormField
            label="Event data store"
            errorText={shown && needsStore ? <NoStore /> : undefined}
            constraintText={`What ${STORE_PLACE} stands for.`}
          >
            <Select
              selectedOption={options.find(({ value }) => value === store) ?? null}
              options={options}
              placeholder="There is none yet"
              empty="There is none yet."
              onChange={({ detail }) => setStore(detail.selectedOption.value ?? '')}
            />
          </FormField>
          <StatementField
            draft={draft}
            problem={shown ? problems.statement : undefined}
            onChange={setDraft}
          />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">How it looks</Header>}>
        <Looks draft={draft} problem={shown ? problems.title : undefined} onChange={setDraft} />
      </Container>
    </PlanForm>
  );
}

function checked(
  draft: WidgetDraft,
  store: string,
): { readonly problems: WidgetProblems; readonly needsStore: boolean } {
  return {
    problems: widgetProblems(draft),
    needsStore: store === '' && draft.statement.includes(STORE_PLACE),
  };
}

function NoStore(): ReactNode {
  return (
    <>
      There is none yet:{' '}
      <a className="ot-link" href="#/create-store">
        create one first
      </a>
      .
    </>
  );
}

type FieldProps = {
  readonly draft: WidgetDraft;
  readonly problem: string | undefined;
  readonly onChange: (draft: WidgetDraft) => void;
};

function StatementField({ draft, problem, onChange }: FieldProps) {
  return (
    <FormField
      label="Statement"
      stretch
      errorText={problem}
      constraintText="A refresh puts its own for $StartTime$, $EndTime$ and $Period$ (hour or day)."
    >
      <div className="ot-code-area">
        <Textarea
          value={draft.statement}
          rows={Math.max(6, draft.statement.split('\n').length + 1)}
          spellcheck={false}
          onChange={({ detail }) => onChange({ ...draft, statement: detail.value })}
        />
      </div>
    </FormField>
  );
}

function Looks({ draft, problem, onChange }: FieldProps) {
  return (
    <SpaceBetween size="l">
      <FormField label="Title" errorText={problem}>
        <Input
          value={draft.title}
          autoComplete={false}
          onChange={({ detail }) => onChange({ ...draft, title: detail.value })}
        />
      </FormField>
      <FormField label="As" constraintText="Rows that cannot be drawn are shown as a table.">
        <Select
          selectedOption={VIEWS.find(({ value }) => value === draft.view) ?? null}
          options={VIEWS}
          onChange={({ detail }) =>
            onChange({ ...draft, view: (detail.selectedOption.value ?? 'Table') as WidgetDraft['view'] })
          }
        />
      </FormField>
      <FormField label="Width">
        <Select
          selectedOption={WIDTHS.find(({ value }) => value === draft.width) ?? null}
          options={WIDTHS}
          onChange={({ detail }) => onChange({ ...draft, width: detail.selectedOption.value ?? '4' })}
        />
      </FormField>
    </SpaceBetween>
  );
}
