import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useRef, useState, type ReactNode } from 'react';

type Props = {
  readonly title: string;
  /** What would be lost, and what stays. */
  readonly children: ReactNode;
  /** On the button. */
  readonly verb: string;
  /** To be typed before the button works. */
  readonly typed?: string;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
};

/** Asks before something is lost. */
export function Confirm({ title, children, verb, typed: wanted, onCancel, onConfirm }: Props) {
  const [typed, setTyped] = useState('');
  const field = useRef<InputProps.Ref>(null);
  useEffect(() => {
    // The dialog itself takes the focus to its first button as it opens.
    const timer = window.setTimeout(() => field.current?.focus(), 50);
    return () => window.clearTimeout(timer);
  }, []);
  const ready = wanted === undefined || typed === wanted;
  return (
    <Modal
      visible
      onDismiss={onCancel}
      closeAriaLabel="Close"
      header={title}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!ready} onClick={onConfirm}>
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{children}</Alert>
        {wanted !== undefined && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (ready) onConfirm();
            }}
          >
            <FormField label={`To confirm, type ${wanted}`}>
              <Input
                ref={field}
                value={typed}
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
