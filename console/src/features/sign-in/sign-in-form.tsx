import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ClipboardEvent, ReactNode } from 'react';

import { SignInError } from './sign-in-error.tsx';
import type { SignInState } from './use-sign-in.ts';

type Props = {
  readonly state: SignInState;
  readonly onSubmit: () => void;
  readonly onPaste?: (event: ClipboardEvent) => void;
  readonly children: ReactNode;
  /** Under the button. */
  readonly footer: ReactNode;
};

/** What every way to sign in shares: what went wrong last time, fields, the button. */
export function SignInForm({ state, onSubmit, onPaste, children, footer }: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      onPasteCapture={onPaste}
    >
      <SpaceBetween size="l">
        <SpaceBetween size="m">
          <SignInError state={state} />
          {children}
        </SpaceBetween>
        <SpaceBetween size="s">
          <Button variant="primary" fullWidth loading={state.busy} disabled={state.lockedFor > 0}>
            Sign in
          </Button>
          {footer}
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}
