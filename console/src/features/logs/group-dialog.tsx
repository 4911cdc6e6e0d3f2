import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { RETENTIONS, retentionText, type LogGroup } from './logs.ts';

type Props = {
  /** The group whose retention is changed; undefined for a new one. */
  readonly before: LogGroup | undefined;
  readonly onCancel: () => void;
  readonly onDone: (name: string, days: number | undefined) => void;
};

const OPTIONS = [undefined, ...RETENTIONS].map((days) => ({
  value: String(days ?? ''),
  label: days === undefined ? 'For ever' : retentionText(days),
}));

/** A new log group, or how long one is kept. */
export function GroupDialog({ before, onCancel, onDone }: Props) {
  const [name, setName] = useState(before?.name ?? '');
  const [days, setDays] = useState(String(before?.retention ?? ''));
  const [shown, setShown] = useState(false);
  const problem = /^[\w.#/-]{1,512}$/.test(name)
    ? undefined
    : 'Enter a name of letters, digits and _ - / . # only, at most 512.';
  const isShorter =
    before !== undefined && days !== '' && Number(days) < (before.retention ?? Number.POSITIVE_INFINITY);
  const submit = () => {
    setShown(true);
    if (problem === undefined) onDone(name, days === '' ? undefined : Number(days));
  };
  return (
    <Modal
      visible
      onDismiss={onCancel}
      closeAriaLabel="Close"
      header={before ? 'How long events are kept' : 'Create log group'}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" onClick={submit}>
              {before ? 'Save' : 'Create'}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SpaceBetween size="m">
          {!before && (
            <FormField label="Name" errorText={shown ? problem : undefined}>
              <Input
                value={name}
                spellcheck={false}
                autoComplete={false}
                onChange={({ detail }) => setName(detail.value)}
              />
            </FormField>
          )}
          <FormField
            label="Kept"
            {...(isShorter
              ? { warningText: `Events older than ${retentionText(Number(days))} are deleted for good.` }
              : {})}
          >
            <Select
              selectedOption={OPTIONS.find(({ value }) => value === days) ?? null}
              options={OPTIONS}
              onChange={({ detail }) => setDays(detail.selectedOption.value ?? '')}
            />
          </FormField>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
