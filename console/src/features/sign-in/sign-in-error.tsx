import Alert from '@cloudscape-design/components/alert';

import type { SignInState } from './use-sign-in.ts';

/** What went wrong with the last attempt, for eyes and screen readers, and what to do about it. */
export function SignInError({ state }: { readonly state: SignInState }) {
  const notice = noticeOf(state);
  return notice && <div role="alert">{notice}</div>;
}

function noticeOf({ error, lockedFor, needsCode }: SignInState) {
  if (lockedFor > 0) {
    return (
      <Alert type="warning" header="Too many attempts">
        {/* A screen reader must not read every second out. */}
        <span aria-hidden>Try again in {clock(lockedFor)}.</span>
        <span className="ot-offscreen">Try again in {Math.ceil(lockedFor / 60)} min.</span> An access key can
        be used meanwhile.
      </Alert>
    );
  }
  if (!error || error.code === 'mfa-required' || error.code === 'locked') return null;
  if (error.code === 'bad-credentials') {
    return (
      <Alert type="error">
        {needsCode
          ? 'The code is wrong or was used before. Wait for the next one.'
          : 'User name or password is wrong.'}
      </Alert>
    );
  }
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
