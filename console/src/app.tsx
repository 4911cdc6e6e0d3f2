import { lazy, Suspense, useEffect } from 'react';

import { SignInPage } from './features/sign-in/sign-in-page.tsx';
import { useTheme } from './preferences/theme.ts';
import { ConnectionProvider, useSessionState } from './session/context.tsx';
import type { SessionStore } from './session/session.ts';

const loadShell = () => import('./shell/shell.tsx');
const Shell = lazy(loadShell);

/** Sign-in while nobody is signed in, the pages otherwise; the address stays as it is through both. */
export function App({ store }: { readonly store: SessionStore }) {
  useTheme();
  const { session, ended } = useSessionState(store);
  useEffect(() => {
    // Fetched while the person types, so that signing in shows the page at once.
    if (!session) void loadShell();
  }, [session]);
  if (!session) return <SignInPage ended={ended} onSignedIn={store.start} />;
  return (
    <Suspense fallback={<div className="ot-boot" role="status" aria-label="Loading the console" />}>
      <ConnectionProvider key={session.credentials.accessKeyId} store={store} session={session}>
        <Shell />
      </ConnectionProvider>
    </Suspense>
  );
}
