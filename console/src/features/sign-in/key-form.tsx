import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState, type ClipboardEvent, type FormEvent } from 'react';

import { signInWithKey, type SignedIn } from '../../aws/sign-in.ts';
import { parseCredentials } from './parse-credentials.ts';
import { SignInError } from './sign-in-error.tsx';
import { useSignIn } from './use-sign-in.ts';

/** The secret stays in this page: the browser signs with it, and only the signature is sent. */
export function KeyForm({ onSignedIn }: { readonly onSignedIn: (session: SignedIn) => void }) {
  const state = useSignIn(onSignedIn);
  const [accessKeyId, setAccessKeyId] = useState('');
  const [secretAccessKey, setSecret] = useState('');
  const [sessionToken, setToken] = useState('');
  const [tried, setTried] = useState(false);
  const temporary = accessKeyId.startsWith('ASIA') || sessionToken !== '';

  const paste = (event: ClipboardEvent) => {
    const found = parseCredentials(event.clipboardData.getData('text'));
    if (!found) return;
    event.preventDefault();
    setAccessKeyId(found.accessKeyId);
    setSecret(found.secretAccessKey);
    setToken(found.sessionToken ?? '');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (state.busy || !accessKeyId || !secretAccessKey) return;
    const credentials = {
      accessKeyId: accessKeyId.trim(),
      secretAccessKey: secretAccessKey.trim(),
      ...(temporary && sessionToken ? { sessionToken: sessionToken.trim() } : {}),
    };
    void state.attempt((deps) => signInWithKey(deps, credentials));
  };

  return (
    <form onSubmit={submit} onPasteCapture={paste}>
      <SpaceBetween size="m">
        <SignInError state={state} />
        <FormField
          label="Access key ID"
          description="Or paste both at once, as a file or a command gave them."
          errorText={tried && !accessKeyId ? 'Enter an access key ID.' : undefined}
        >
          <Input
            value={accessKeyId}
            onChange={({ detail }) => setAccessKeyId(detail.value)}
            name="access-key-id"
            autoComplete="off"
            autoFocus
            spellcheck={false}
            placeholder="AKIA…"
          />
        </FormField>
        <FormField
          label="Secret access key"
          errorText={tried && !secretAccessKey ? 'Enter its secret.' : undefined}
        >
          <Input
            value={secretAccessKey}
            onChange={({ detail }) => setSecret(detail.value)}
            type="password"
            name="secret-access-key"
            autoComplete="off"
          />
        </FormField>
        {temporary && (
          <FormField label="Session token">
            <Input
              value={sessionToken}
              onChange={({ detail }) => setToken(detail.value)}
              type="password"
              name="session-token"
              autoComplete="off"
            />
          </FormField>
        )}
        <Button variant="primary" fullWidth loading={state.busy}>
          Sign in
        </Button>
        <Box variant="small" color="text-body-secondary">
          The secret does not leave this page. The administrator’s key is in <code>credentials</code> in the
          data folder.
        </Box>
      </SpaceBetween>
    </form>
  );
}
