import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import type { ReactNode } from 'react';

type Props = Pick<
  InputProps,
  'value' | 'name' | 'autoComplete' | 'autoFocus' | 'placeholder' | 'inputMode'
> & {
  readonly label: ReactNode;
  readonly onChange: (value: string) => void;
  readonly description?: string;
  /** Said when the form was sent without it. */
  readonly missing?: string | false;
  readonly secret?: boolean;
};

/** A labelled line of text. What is typed here are names and secrets: nothing for a spelling checker. */
export function TextField({ label, onChange, description, missing, secret = false, ...input }: Props) {
  return (
    <FormField label={label} description={description} errorText={missing || undefined}>
      <Input
        {...input}
        type={secret ? 'password' : 'text'}
        onChange={({ detail }) => onChange(detail.value)}
        spellcheck={false}
      />
    </FormField>
  );
}
