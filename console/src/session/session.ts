import type { SignedIn } from '../aws/sign-in.ts';

export type Session = SignedIn & {
  /** The session that a role was taken with, to go back to. */
  readonly before?: SignedIn;
};

export type SessionState = {
  readonly session: Session | undefined;
  /** Why there is none any more; shown on the sign-in page. */
  readonly ended: 'expired' | 'refused' | 'signed-out' | undefined;
};

export type SessionStore = {
  readonly get: () => SessionState;
  readonly start: (session: Session) => void;
  readonly end: (why: 'expired' | 'refused' | 'signed-out') => void;
  readonly subscribe: (listener: () => void) => () => void;
};

const KEY = 'opentrail.session';

/** Credentials for this tab: a reload keeps them, closing the tab ends them. */
export function createSessionStore(
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  now: () => number,
): SessionStore {
  let state: SessionState = { session: restore(storage, now()), ended: undefined };
  const listeners = new Set<() => void>();
  const become = (next: SessionState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    start: (session) => {
      storage.setItem(KEY, JSON.stringify(session));
      become({ session, ended: undefined });
    },
    end: (why) => {
      storage.removeItem(KEY);
      if (state.session) become({ session: undefined, ended: why });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function restore(storage: Pick<Storage, 'getItem'>, now: number): Session | undefined {
  try {
    const session = JSON.parse(storage.getItem(KEY) ?? 'null') as Session | null;
    return session && typeof session.expiration === 'number' && session.expiration > now
      ? session
      : undefined;
  } catch {
    return undefined;
  }
}
