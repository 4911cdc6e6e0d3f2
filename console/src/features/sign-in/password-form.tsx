import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState, type FormEvent } from 'react';

import { signInWithPassword, type SignedIn } from '../../aws/sign-in.ts';
import { SignInError } from './sign-in-error.tsx';
import { useSignIn } from './use-sign-in.ts';

export function PasswordForm({ onSignedIn }: { readonly onSignedIn: (session: SignedIn) => void }) {
  const state = useSignIn(onSignedIn);
  const [accountId, setAccountId] = useState('');
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [asked, setAsked] = useState(false);
  const [tried, setTried] = useState(false);
  const needsCode = asked || state.error?.code === 'mfa-required';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (state.busy || state.lockedFor > 0 || !userName || !password) return;
    setAsked(needsCode);
    const account = accountId.replace(/[\s-]/g, '');
    const request = {
      ...(account ? { accountId: account } : {}),
      userName: userName.trim(),
      password,
      ...(totp.trim() ? { totp: totp.trim() } : {}),
    };
    void state.attempt((deps) => signInWithPassword(deps, request));
  };

  return (
    <form onSubmit={submit}>
      <SpaceBetween size="m">
        <SignInError state={state} />
        <FormField label="User name" errorText={tried && !userName ? 'Enter your user name.' : undefined}>
          <Input
            value={userName}
            onChange={({ detail }) => setUserName(detail.value)}
            name="username"
            autoComplete="username"
            autoFocus
            spellcheck={false}
          />
        </FormField>
        <FormField label="Password" errorText={tried && !password ? 'Enter your password.' : undefined}>
          <Input
            value={password}
            onChange={({ detail }) => setPassword(detail.value)}
            type="password"
            name="password"
            autoComplete="current-password"
          />
        </FormField>
        {needsCode && (
          <FormField label="Code" description="The six digits that your authenticator shows.">
            <Input
              value={totp}
              onChange={({ detail }) => setTotp(detail.value)}
              name="totp"
              autoComplete="one-time-code"
              inputMode="numeric"
              autoFocus
            />
          </FormField>
        )}
        <FormField
          label={
            <span>
              Account ID <i>- optional</i>
            </span>
          }
          description="Only where there are several accounts."
        >
          <Input
            value={accountId}
            onChange={({ detail }) => setAccountId(detail.value)}
            name="account"
            inputMode="numeric"
            autoComplete="off"
          />
        </FormField>
        <Button variant="primary" fullWidth loading={state.busy} disabled={state.lockedFor > 0}>
          Sign in
        </Button>
      </SpaceBetween>
    </form>
  );
}
