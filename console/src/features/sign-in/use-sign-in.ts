import { useEffect, useState } from 'react';

import { ApiError } from '../../aws/errors.ts';
import type { SignedIn, SignInDeps } from '../../aws/sign-in.ts';

export type SignInState = {
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  /** Name and password were right: only the code of the device is missing. */
  readonly needsCode: boolean;
  /** The form was sent at least once since it looks as it does: what is missing may be said. */
  readonly tried: boolean;
  /** Seconds until another attempt makes sense; 0 when one may try. */
  readonly lockedFor: number;
  /** Does nothing but say what is missing while the form is not complete. */
  readonly submit: (complete: boolean, signIn: (deps: SignInDeps) => Promise<SignedIn>) => void;
  /** Back to name and password, as if nothing had been tried. */
  readonly restart: () => void;
};

export function useSignIn(onSignedIn: (session: SignedIn) => void): SignInState {
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [needsCode, setNeedsCode] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [lockedFor, lock] = useCountdown();

  const fail = (failure: ApiError) => {
    setError(failure);
    if (failure.code === 'locked') lock(Math.ceil(failure.retryAfterSeconds ?? 30));
    if (failure.code !== 'mfa-required') return;
    setNeedsCode(true);
    setTried(false);
  };
  const attempt = async (signIn: (deps: SignInDeps) => Promise<SignedIn>) => {
    setBusy(true);
    try {
      const deps = { origin: window.location.origin, fetch: window.fetch.bind(window), now: Date.now };
      onSignedIn(await signIn(deps));
    } catch (reason) {
      fail(reason instanceof ApiError ? reason : unreadable(reason));
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    error,
    needsCode,
    tried,
    lockedFor,
    submit: (complete, signIn) => {
      setTried(true);
      if (complete && !busy && lockedFor === 0) void attempt(signIn);
    },
    restart: () => {
      setNeedsCode(false);
      setTried(false);
      setError(undefined);
      lock(0);
    },
  };
}

/** Seconds that are left, told by the clock: timers stop while a laptop sleeps. */
function useCountdown(): readonly [number, (seconds: number) => void] {
  const [end, setEnd] = useState(0);
  const [now, setNow] = useState(0);
  const left = Math.max(0, Math.ceil((end - now) / 1000));
  useEffect(() => {
    if (left === 0) return undefined;
    const timer = window.setTimeout(() => setNow(Date.now()), 1000);
    return () => window.clearTimeout(timer);
  }, [left, now]);
  const start = (seconds: number) => {
    setNow(Date.now());
    setEnd(Date.now() + seconds * 1000);
  };
  return [left, start];
}

function unreadable(cause: unknown): ApiError {
  const message = 'The server’s answer could not be read.';
  return new ApiError({ code: 'BadAnswer', message, status: 0, cause });
}
