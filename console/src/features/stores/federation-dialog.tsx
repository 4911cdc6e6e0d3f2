import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import type { Store } from '../../lake/stores.ts';
import { Command } from '../../parts/command.tsx';
import { cliCommand } from '../../plan/cli-commands.ts';
import { useConnection } from '../../session/context.tsx';
import { planFederation } from './draft.ts';

type Props = {
  readonly store: Store;
  readonly onCancel: () => void;
  readonly onDone: (role: string) => void;
};

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** With which role Athena shows the store. */
export function FederationDialog({ store, onCancel, onDone }: Props) {
  const { session } = useConnection();
  const [role, setRole] = useState('');
  const [shown, setShown] = useState(false);
  const isValid = ROLE.test(role) && role.length <= 125;
  const submit = () => {
    setShown(true);
    if (isValid) onDone(role);
  };
  return (
    <Modal
      visible
      onDismiss={onCancel}
      closeAriaLabel="Close"
      header={`Show ${store.name} in Athena`}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" onClick={submit}>
              Show in Athena
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <p>
          The store appears as a table of the database <code>aws:cloudtrail</code>. Nothing is copied.
        </p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <FormField
            label="Role"
            constraintText={`The ARN of a role: arn:aws:iam::${session.accountId}:role/federation`}
            errorText={shown && !isValid ? 'Enter the ARN of a role.' : undefined}
          >
            <Input
              value={role}
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => setRole(detail.value)}
            />
          </FormField>
        </form>
        {isValid && <Command text={cliCommand(planFederation(store.arn, role), session.region)} />}
      </SpaceBetween>
    </Modal>
  );
}
