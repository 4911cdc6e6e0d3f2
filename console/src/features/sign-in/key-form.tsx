import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState, type ClipboardEvent, type ReactNode } from 'react';

import { signInWithKey, type SignedIn } from '../../aws/sign-in.ts';
import { parseCredentials } from './parse-credentials.ts';
import { SignInForm } from './sign-in-form.tsx';
import { TextField } from './text-field.tsx';
import { useSignIn } from './use-sign-in.ts';

type Props = { readonly onSignedIn: (session: SignedIn) => void; readonly otherWay: ReactNode };

/** The secret stays in this page: the browser signs with it, and only the signature is sent. */
export function KeyForm({ onSignedIn, otherWay }: Props) {
  const state = useSignIn(onSignedIn);
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secretAccessKey, setSecret] = useState('');
  const [sessionToken, setToken] = useState('');
  const temporary = accessKeyId.startsWith('ASIA') || sessionToken !== '';
  const complete = accessKeyId !== '' && secretAccessKey !== '' && (!temporary || sessionToken !== '');

  const paste = (event: ClipboardEvent) => {
    const found = parseCredentials(event.clipboardData.getData('text'));
    if (!found) return;
    event.preventDefault();
    setAccessKeyId(found.accessKeyId);
    setSecret(found.secretAccessKey);
    setToken(found.sessionToken ?? '');
  };
  const credentials = {
    accessKeyId: accessKeyId.trim(),
    secretAccessKey: secretAccessKey.trim(),
    ...(temporary ? { sessionToken: sessionToken.trim() } : {}),
  };

  return (
    <SignInForm
      state={state}
      onSubmit={() => state.submit(complete, (deps) => signInWithKey(deps, credentials))}
      onPaste={paste}
      footer={
        <SpaceBetween size="s">
          {otherWay}
          <Box variant="small" color="text-body-secondary">
            The secret does not leave this page. The administrator’s key is in <code>credentials</code> in the
            data folder.
          </Box>
        </SpaceBetween>
      }
    >
      <TextField
        label="Access key ID"
        description="Or paste everything at once, as a file or a command gave it."
        value={accessKeyId}
        onChange={setAccessKeyId}
        missing={state.tried && !accessKeyId && 'Enter an access key ID.'}
        name="access-key-id"
        autoComplete={false}
        autoFocus
        placeholder="AKIA…"
      />
      <TextField
        label="Secret access key"
        value={secretAccessKey}
        onChange={setSecret}
        missing={state.tried && !secretAccessKey && 'Enter its secret.'}
        name="secret-access-key"
        autoComplete={false}
        secret
      />
      {temporary && (
        <TextField
          label="Session token"
          description="Keys that begin with ASIA are temporary and come with one."
          value={sessionToken}
          onChange={setToken}
          missing={state.tried && !sessionToken && 'Enter the session token that came with the key.'}
          name="session-token"
          autoComplete={false}
          secret
        />
      )}
    </SignInForm>
  );
}
