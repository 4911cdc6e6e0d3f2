import Alert from '@cloudscape-design/components/alert';

import type { SignInState } from './use-sign-in.ts';

export function SignInError({ state }: { readonly state: SignInState }) {
  const { error, lockedFor } = state;
  if (lockedFor > 0) {
    return (
      <Alert type="warning" header="Too many attempts">
        Try again in {clock(lockedFor)}.
      </Alert>
    );
  }
  if (!error || error.code === 'mfa-required' || error.code === 'locked') return null;
  if (error.code === 'bad-credentials')
    return <Alert type="error">User name, password or code is wrong.</Alert>;
  return (
    <Alert type="error">
      {KEY_ADVICE[error.code] ?? error.message} <small>({error.code})</small>
    </Alert>
  );
}

const KEY_ADVICE: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'There is no such access key here.',
  UnrecognizedClientException: 'There is no such access key here.',
  InvalidAccessKeyId: 'There is no such access key here.',
  SignatureDoesNotMatch: 'The secret access key does not belong to this access key.',
  InvalidSignatureException: 'The secret access key does not belong to this access key.',
};

function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}:${String(seconds % 60).padStart(2, '0')} min` : `${seconds} s`;
}
