import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import type { SignedIn } from '../../aws/sign-in.ts';
import logo from '../../shell/logo.svg';
import { KeyForm } from './key-form.tsx';
import { PasswordForm } from './password-form.tsx';

type Props = {
  readonly ended: 'expired' | 'refused' | 'signed-out' | undefined;
  readonly onSignedIn: (session: SignedIn) => void;
};

export function SignInPage({ ended, onSignedIn }: Props) {
  const [way, setWay] = useState<'password' | 'key'>('password');
  const [Form, other, label] =
    way === 'password'
      ? ([PasswordForm, 'key', 'Use an access key instead'] as const)
      : ([KeyForm, 'password', 'Use a password instead'] as const);
  return (
    <main className="ot-sign-in">
      <div className="ot-sign-in-brand">
        <img src={logo} alt="" width="40" height="40" />
        <h1>Opentrail</h1>
      </div>
      <SpaceBetween size="m">
        {ended && <EndedNotice why={ended} />}
        <Container>
          <Form
            onSignedIn={onSignedIn}
            otherWay={
              <Button fullWidth formAction="none" onClick={() => setWay(other)}>
                {label}
              </Button>
            }
          />
        </Container>
      </SpaceBetween>
      <p className="ot-sign-in-note">Signing in is recorded, as any call is.</p>
    </main>
  );
}

function EndedNotice({ why }: { readonly why: NonNullable<Props['ended']> }) {
  if (why === 'signed-out') return <Alert type="success">You are signed out.</Alert>;
  return (
    <Alert
      type="info"
      header={why === 'expired' ? 'Your session has expired' : 'Your session was ended by the server'}
    >
      Sign in again: you come back to the same page.
    </Alert>
  );
}
