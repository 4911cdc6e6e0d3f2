import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import type { ActionTarget } from './actions-context.tsx';

type Props = {
  readonly action: 'stop' | 'delete';
  readonly trail: ActionTarget;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
};

/** Says what would be lost. A trail is deleted only by typing its name. */
export function ConfirmDialog({ action, trail, onCancel, onConfirm }: Props) {
  const [typed, setTyped] = useState('');
  const isDelete = action === 'delete';
  const ready = !isDelete || typed === trail.name;
  return (
    <Modal
      visible
      onDismiss={onCancel}
      closeAriaLabel="Close"
      header={isDelete ? `Delete ${trail.name}?` : `Stop logging to ${trail.name}?`}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!ready} onClick={onConfirm}>
              {isDelete ? 'Delete' : 'Stop logging'}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">
          {isDelete
            ? `What happens from then on is delivered by this trail no more. Its bucket ${trail.bucket} and the files in it stay.`
            : 'What happens until it is started again is not delivered by this trail, and the chain of digests begins anew.'}{' '}
          Event history goes on.
        </Alert>
        {isDelete && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (ready) onConfirm();
            }}
          >
            <FormField label={`To confirm, type ${trail.name}`}>
              <Input
                value={typed}
                autoFocus
                autoComplete={false}
                spellcheck={false}
                onChange={({ detail }) => setTyped(detail.value)}
              />
            </FormField>
          </form>
        )}
      </SpaceBetween>
    </Modal>
  );
}
