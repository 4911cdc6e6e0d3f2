import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';

import { createClient, type ApiClient } from '../aws/client.ts';
import type { Session, SessionState, SessionStore } from './session.ts';

type Connection = {
  readonly session: Session;
  readonly api: ApiClient;
  readonly signOut: () => void;
  /** Goes on as somebody else: everything that was loaded is forgotten. */
  readonly switchTo: (session: Session) => void;
  /** Whether all accounts and regions are looked at; false once the server said that we may not. */
  readonly everywhere: boolean;
  readonly giveUpEverywhere: () => void;
};

const ConnectionContext = createContext<Connection | undefined>(undefined);

export function useSessionState(store: SessionStore): SessionState {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Gives everything below a client that signs for the session, and ends the session when its time is up. */
export function ConnectionProvider(props: {
  readonly store: SessionStore;
  readonly session: Session;
  readonly children: ReactNode;
}) {
  const { store, session, children } = props;
  const [everywhere, setEverywhere] = useState(true);
  const [connection] = useState(() => ({
    session,
    api: createClient({
      origin: window.location.origin,
      fetch: (input, init) => window.fetch(input, init),
      now: Date.now,
      caller: () => store.get().session,
      onSessionOver: (error) =>
        store.end(/expired/i.test(error.code + error.message) ? 'expired' : 'refused'),
    }),
    switchTo: store.start,
    signOut: () => store.end('signed-out'),
    giveUpEverywhere: () => setEverywhere(false),
  }));
  const value = useMemo(() => ({ ...connection, everywhere }), [connection, everywhere]);
  useEffect(() => {
    // Timers stop while a laptop sleeps, so the clock is looked at rather than trusted to one long timer.
    const check = () => {
      if (Date.now() >= session.expiration) store.end('expired');
    };
    const timer = window.setInterval(check, 5000);
    document.addEventListener('visibilitychange', check);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', check);
    };
  }, [session, store]);
  return <ConnectionContext.Provider value={value}>{children}</ConnectionContext.Provider>;
}

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) throw new TypeError('useConnection is for components below ConnectionProvider');
  return connection;
}
