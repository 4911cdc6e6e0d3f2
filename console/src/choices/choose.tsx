import Autosuggest from '@cloudscape-design/components/autosuggest';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import type { ReactNode } from 'react';

import type { Available } from './available.ts';

type ChoiceProps<T extends string> = {
  readonly label: string;
  readonly description?: ReactNode;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  /** What there is; where no service is, only `none` can be chosen. */
  readonly available?: Available | undefined;
};

/** None, one that exists, or a new one. Says why, where there is no choice. */
export function ChoiceField<T extends string>(props: ChoiceProps<T>) {
  const { label, description, value, options, onChange, available } = props;
  const missing = available?.state === 'not-served';
  return (
    <FormField
      label={label}
      description={description}
      constraintText={missing ? `Not available here: ${available.why}` : undefined}
    >
      <RadioGroup
        value={value}
        direction="horizontal"
        items={options.map((option) => ({
          ...option,
          disabled: missing && option.value !== 'none' && option.value !== value,
        }))}
        onChange={({ detail }) => onChange(detail.value as T)}
      />
    </FormField>
  );
}

type NameProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
  readonly hint?: ReactNode;
  readonly placeholder?: string;
  /** Suggested; undefined for the name of something new. */
  readonly available?: Available | undefined;
  readonly suggest?: boolean;
};

/** So many are drawn at once; of more only what is seen. */
const MANY = 200;

/** Why what is there may not be among the suggested. */
function incomplete(available: Available | undefined): string | undefined {
  if (available?.state === 'unknown') return available.why;
  return available?.state === 'listed' && !available.whole
    ? `The first ${available.names.length.toLocaleString('en')} are listed; others are chosen by typing their name.`
    : undefined;
}

/** The name of something: typed, or chosen from what there is. */
export function NameField({
  label,
  value,
  onChange,
  error,
  hint,
  placeholder,
  available,
  suggest,
}: NameProps) {
  const names = available?.state === 'listed' ? available.names : [];
  const why = suggest ? incomplete(available) : undefined;
  return (
    <FormField label={label} errorText={error} constraintText={why ?? hint}>
      {suggest ? (
        <Autosuggest
          value={value}
          placeholder={placeholder ?? ''}
          options={names.map((name) => ({ value: name }))}
          virtualScroll={names.length > MANY}
          statusType={available === undefined ? 'loading' : 'finished'}
          loadingText="Looking for what there is"
          enteredTextLabel={(text) => `Use “${text}”`}
          empty={names.length === 0 ? 'None yet: type a name.' : 'None of that name.'}
          onChange={({ detail }) => onChange(detail.value)}
        />
      ) : (
        <Input
          value={value}
          placeholder={placeholder ?? ''}
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => onChange(detail.value)}
        />
      )}
    </FormField>
  );
}
