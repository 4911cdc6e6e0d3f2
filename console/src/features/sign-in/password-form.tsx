import Button from '@cloudscape-design/components/button';
import { useState, type ReactNode } from 'react';

import { signInWithPassword, type SignedIn } from '../../aws/sign-in.ts';
import { SignInForm } from './sign-in-form.tsx';
import { TextField } from './text-field.tsx';
import { useSignIn } from './use-sign-in.ts';

type Props = { readonly onSignedIn: (session: SignedIn) => void; readonly otherWay: ReactNode };

/** User name and password; then, for those who have a device, its code on a page of its own. */
export function PasswordForm({ onSignedIn, otherWay }: Props) {
  const state = useSignIn(onSignedIn);
  const [accountId, setAccountId] = useState('');
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const complete = userName !== '' && password !== '' && (!state.needsCode || totp !== '');
  const account = accountId.replace(/[\s-]/g, '');
  const request = {
    ...(account ? { accountId: account } : {}),
    userName: userName.trim(),
    password,
    ...(state.needsCode ? { totp: totp.replace(/\s/g, '') } : {}),
  };
  const submit = () => state.submit(complete, (deps) => signInWithPassword(deps, request));
  const restart = () => {
    state.restart();
    setPassword('');
    setTotp('');
  };

  if (state.needsCode)
    return (
      <SignInForm
        state={state}
        onSubmit={submit}
        footer={
          <Button fullWidth formAction="none" onClick={restart}>
            Start again
          </Button>
        }
      >
        <TextField
          label={`Code for ${userName.trim()}`}
          description="The six digits that your authenticator shows now."
          value={totp}
          onChange={setTotp}
          missing={state.tried && !totp && 'Enter the six digits.'}
          name="totp"
          autoComplete="one-time-code"
          inputMode="numeric"
          autoFocus
        />
      </SignInForm>
    );
  return (
    <SignInForm state={state} onSubmit={submit} footer={otherWay}>
      <TextField
        label="User name"
        value={userName}
        onChange={(name) => {
          // It may be only this user who is locked out.
          if (state.lockedFor > 0) state.restart();
          setUserName(name);
        }}
        missing={state.tried && !userName && 'Enter your user name.'}
        name="username"
        autoComplete="username"
        autoFocus
      />
      <TextField
        label="Password"
        value={password}
        onChange={setPassword}
        missing={state.tried && !password && 'Enter your password.'}
        name="password"
        autoComplete="current-password"
        secret
      />
      <TextField
        label={
          <span>
            Account ID <i>- optional</i>
          </span>
        }
        description="Only where there are several accounts."
        value={accountId}
        onChange={setAccountId}
        name="account"
        inputMode="numeric"
        autoComplete={false}
      />
    </SignInForm>
  );
}
