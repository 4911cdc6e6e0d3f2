import '@cloudscape-design/global-styles/index.css';
import './main.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app.tsx';
import { PreferencesProvider } from './preferences/context.tsx';
import { createPreferenceStore } from './preferences/preferences.ts';
import { createSessionStore } from './session/session.ts';

const root = document.getElementById('root');
if (root) {
  const session = createSessionStore(window.sessionStorage, Date.now);
  createRoot(root).render(
    <StrictMode>
      <PreferencesProvider store={createPreferenceStore(() => window.localStorage)}>
        <App store={session} />
      </PreferencesProvider>
    </StrictMode>,
  );
}
