import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { daysProblem } from './draft.ts';

type Props = {
  readonly days: number;
  readonly onCancel: () => void;
  readonly onDone: (days: number) => void;
};

/** How long a store keeps events. */
export function RetentionDialog({ days, onCancel, onDone }: Props) {
  const [typed, setTyped] = useState(String(days));
  const { days: problem } = daysProblem(typed);
  const submit = () => {
    if (problem === undefined) onDone(Number(typed));
  };
  const isShorter = problem === undefined && Number(typed) < days;
  return (
    <Modal
      visible
      onDismiss={onCancel}
      closeAriaLabel="Close"
      header="How long it keeps events"
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" onClick={submit}>
              Save
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
        <FormField
          label="Days"
          constraintText="By the time of the event: 7 to 3,653."
          errorText={problem}
          {...(isShorter ? { warningText: 'Events that are older are deleted for good.' } : {})}
        >
          <Input
            value={typed}
            inputMode="numeric"
            autoComplete={false}
            onChange={({ detail }) => setTyped(detail.value)}
          />
        </FormField>
      </form>
    </Modal>
  );
}
