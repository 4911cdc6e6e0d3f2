import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

type Props = {
  readonly label: string;
  readonly hint: string;
  readonly values: readonly string[];
  /** Whether there has to be one. */
  readonly required?: boolean;
  readonly problemOf?: (value: string) => string | undefined;
  readonly onChange: (values: readonly string[]) => void;
};

/** Several texts, one a line. What is being typed stays as it is, empty lines included. */
export function ValuesField({ label, hint, values, required, problemOf, onChange }: Props) {
  const [text, setText] = useState(values.join('\n'));
  // Changed from outside: another mode, or the form filled in anew.
  const shown = linesOf(text).join('\n') === values.join('\n') ? text : values.join('\n');
  const [touched, setTouched] = useState(false);
  const missing = required && touched && values.length === 0 ? 'Enter at least one.' : undefined;
  const problem = values.map((value) => problemOf?.(value)).find((one) => one !== undefined);
  return (
    <FormField label={label} constraintText={hint} errorText={problem ?? missing} stretch>
      <div className="ot-code-area">
        <Textarea
          value={shown}
          rows={Math.min(8, Math.max(2, shown.split('\n').length))}
          spellcheck={false}
          disableBrowserAutocorrect
          onChange={({ detail }) => {
            setText(detail.value);
            setTouched(true);
            onChange(linesOf(detail.value));
          }}
        />
      </div>
    </FormField>
  );
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
