import Alert from '@cloudscape-design/components/alert';
import Autosuggest from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { FIELD_RULES, OPERATOR_WORDS, type Category } from './advanced-rules.ts';
import { checkAdvancedSelector } from './check-selectors.ts';
import { DATA_TYPES, type Operator } from './event-selectors.ts';
import { advancedSelector, type AdvancedDraft, type Condition } from './selectors-draft.ts';
import { ValuesField } from './values-field.tsx';

type Props = {
  readonly selectors: readonly AdvancedDraft[];
  readonly onChange: (selectors: readonly AdvancedDraft[]) => void;
};

const CATEGORIES: Readonly<Record<Category, string>> = {
  Management: 'Management events',
  Data: 'Data events',
  NetworkActivity: 'Network activity events',
};

const NAMES: Readonly<Record<Category, string>> = {
  Management: 'All management events',
  Data: 'Writes to the ledger',
  NetworkActivity: 'Calls through our endpoints',
};

/** What a selector of the kind begins with: the field it cannot be without. */
const BEGINNING: Readonly<Record<Category, readonly Condition[]>> = {
  Management: [],
  Data: [{ field: 'resources.type', operator: 'Equals', values: ['AWS::S3::Object'] }],
  NetworkActivity: [{ field: 'eventSource', operator: 'Equals', values: [] }],
};

/** Selectors one below the other, each with its conditions. */
export function AdvancedEditor({ selectors, onChange }: Props) {
  return (
    <SpaceBetween size="l">
      {selectors.map((selector, index) => (
        <SelectorPart
          key={index}
          number={index + 1}
          selector={selector}
          onChange={(next) => onChange(selectors.map((one, at) => (at === index ? next : one)))}
          onRemove={() => onChange(selectors.filter((_one, at) => at !== index))}
        />
      ))}
      <ButtonDropdown
        items={Object.entries(CATEGORIES).map(([id, text]) => ({ id, text }))}
        onItemClick={({ detail }) => {
          const category = detail.id as Category;
          onChange([...selectors, { name: '', category, conditions: BEGINNING[category] }]);
        }}
      >
        Add a selector
      </ButtonDropdown>
    </SpaceBetween>
  );
}

type PartProps = {
  readonly number: number;
  readonly selector: AdvancedDraft;
  readonly onChange: (selector: AdvancedDraft) => void;
  readonly onRemove: () => void;
};

function SelectorPart({ number, selector, onChange, onRemove }: PartProps) {
  const { category, conditions } = selector;
  const problems = checkAdvancedSelector(advancedSelector(selector));
  const free = Object.keys(FIELD_RULES[category]);
  const setConditions = (next: readonly Condition[]) => onChange({ ...selector, conditions: next });
  return (
    <div className="ot-choice" role="group" aria-label={`Selector ${number}`}>
      <SpaceBetween size="s">
        <div className="ot-choice-head">
          <strong>
            {number}. {CATEGORIES[category]}
          </strong>
          <Button variant="inline-link" ariaLabel={`Remove selector ${number}`} onClick={onRemove}>
            Remove
          </Button>
        </div>
        <FormField label="Name (optional)">
          <Input
            value={selector.name}
            placeholder={NAMES[category]}
            onChange={({ detail }) => onChange({ ...selector, name: detail.value })}
          />
        </FormField>
        {conditions.map((condition, index) => (
          <ConditionPart
            key={index}
            category={category}
            condition={condition}
            onChange={(next) => setConditions(conditions.map((one, at) => (at === index ? next : one)))}
            onRemove={() => setConditions(conditions.filter((_one, at) => at !== index))}
          />
        ))}
        <ButtonDropdown
          variant="normal"
          items={free.map((id) => ({ id, text: id }))}
          onItemClick={({ detail }) => setConditions([...conditions, newCondition(category, detail.id)])}
        >
          Add a condition
        </ButtonDropdown>
        {problems.length > 0 && <Alert type="error">{problems.slice(0, 3).join(' ')}</Alert>}
      </SpaceBetween>
    </div>
  );
}

function newCondition(category: Category, field: string): Condition {
  const rule = FIELD_RULES[category][field];
  const [only] = rule?.oneOf ?? [];
  return { field, operator: rule?.operators[0] ?? 'Equals', values: only === undefined ? [] : [only] };
}

type ConditionProps = {
  readonly category: Category;
  readonly condition: Condition;
  readonly onChange: (condition: Condition) => void;
  readonly onRemove: () => void;
};

function ConditionPart({ category, condition, onChange, onRemove }: ConditionProps) {
  const rule = FIELD_RULES[category][condition.field];
  const operators = (rule?.operators ?? [condition.operator]).map((value) => ({
    value,
    label: OPERATOR_WORDS[value],
  }));
  return (
    <div className="ot-condition" role="group" aria-label={`Condition on ${condition.field}`}>
      <FormField label="Field">
        <span className="ot-mono ot-condition-field">{condition.field}</span>
      </FormField>
      <FormField label="Comparison">
        <Select
          selectedOption={operators.find(({ value }) => value === condition.operator) ?? null}
          options={operators}
          onChange={({ detail }) =>
            onChange({ ...condition, operator: detail.selectedOption.value as Operator })
          }
        />
      </FormField>
      <div className="ot-condition-values">
        <ConditionValues category={category} condition={condition} onChange={onChange} />
      </div>
      <Button
        iconName="remove"
        variant="icon"
        ariaLabel={`Remove the condition on ${condition.field}`}
        onClick={onRemove}
      />
    </div>
  );
}

/** One of few where few are valid, a suggestion for types, else free lines. */
function ConditionValues({ category, condition, onChange }: Omit<ConditionProps, 'onRemove'>) {
  const rule = FIELD_RULES[category][condition.field];
  const set = (values: readonly string[]) => onChange({ ...condition, values });
  const [value = ''] = condition.values;
  if (rule?.oneOf && (rule.single || condition.values.length < 2)) {
    const options = rule.oneOf.map((one) => ({ value: one, label: one }));
    return (
      <FormField label="Value" stretch>
        <Select
          selectedOption={options.find((option) => option.value === value) ?? null}
          options={options}
          onChange={({ detail }) => set([detail.selectedOption.value ?? ''])}
        />
      </FormField>
    );
  }
  if (condition.field === 'resources.type') {
    return (
      <FormField label="Value" stretch>
        <Autosuggest
          value={value}
          options={DATA_TYPES.map(([type, description]) => ({ value: type, description }))}
          enteredTextLabel={(text) => `Use “${text}”`}
          onChange={({ detail }) => set([detail.value])}
        />
      </FormField>
    );
  }
  if (rule?.single) {
    return (
      <FormField label="Value" stretch>
        <Input
          value={value}
          spellcheck={false}
          placeholder={rule.hint ?? ''}
          onChange={({ detail }) => set(detail.value === '' ? [] : [detail.value])}
        />
      </FormField>
    );
  }
  return (
    <ValuesField label="Values" hint="Any of them; one a line." values={condition.values} onChange={set} />
  );
}
