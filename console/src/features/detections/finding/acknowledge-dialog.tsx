import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

type Props = {
  readonly title: string;
  readonly onCancel: () => void;
  readonly onConfirm: (note: string) => void;
};

const MOST = 1000;

/** Somebody has looked: what it was, for whoever comes after. */
export function AcknowledgeDialog({ title, onCancel, onConfirm }: Props) {
  const [note, setNote] = useState('');
  const tooLong = note.length > MOST;
  return (
    <Modal
      visible
      onDismiss={onCancel}
      closeAriaLabel="Close"
      header={`Acknowledge “${title}”`}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" disabled={tooLong} onClick={() => onConfirm(note)}>
              Acknowledge
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <FormField
        label="Note (optional)"
        constraintText="What it was, and what was done about it."
        errorText={tooLong ? `At most ${MOST} characters, not ${note.length}.` : undefined}
      >
        <Textarea value={note} autoFocus onChange={({ detail }) => setNote(detail.value)} />
      </FormField>
    </Modal>
  );
}
