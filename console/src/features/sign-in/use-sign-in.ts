import { useEffect, useState } from 'react';

import { ApiError } from '../../aws/errors.ts';
import type { SignedIn, SignInDeps } from '../../aws/sign-in.ts';

export type SignInState = {
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  /** Seconds until another attempt makes sense; 0 when one may try. */
  readonly lockedFor: number;
  readonly attempt: (signIn: (deps: SignInDeps) => Promise<SignedIn>) => Promise<void>;
};

export function useSignIn(onSignedIn: (session: SignedIn) => void): SignInState {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [lockedFor, setLockedFor] = useState(0);
  useEffect(() => {
    if (lockedFor === 0) return undefined;
    const timer = window.setTimeout(() => setLockedFor(lockedFor - 1), 1000);
    return () => window.clearTimeout(timer);
  }, [lockedFor]);

  const attempt: SignInState['attempt'] = async (signIn) => {
    setBusy(true);
    try {
      const deps = { origin: window.location.origin, fetch: window.fetch.bind(window), now: Date.now };
      onSignedIn(await signIn(deps));
    } catch (reason) {
      const failure =
        reason instanceof ApiError
          ? reason
          : new ApiError({
              code: 'BadAnswer',
              message: 'The server’s answer could not be read.',
              status: 0,
              cause: reason,
            });
      setError(failure);
      if (failure.code === 'locked') setLockedFor(Math.ceil(failure.retryAfterSeconds ?? 30));
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, lockedFor, attempt };
}
