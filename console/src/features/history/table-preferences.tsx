import Button from '@cloudscape-design/components/button';
import { lazy, Suspense } from 'react';

import { usePreferences } from '../../preferences/context.tsx';
import { columnDisplay } from './column-display.ts';
import type { EventColumn } from './columns.tsx';

// Its sortable list is the heaviest part of the page, and most people never open it.
const CollectionPreferences = lazy(() => import('@cloudscape-design/components/collection-preferences'));

export function TablePreferences({ columns }: { readonly columns: readonly EventColumn[] }) {
  const [preferences, setPreferences] = usePreferences();
  const { pageSize, wrapLines, density } = preferences;
  return (
    <Suspense fallback={<Button iconName="settings" variant="icon" ariaLabel="Preferences" disabled />}>
      <CollectionPreferences
        title="Preferences"
        confirmLabel="Save"
        cancelLabel="Cancel"
        preferences={{
          pageSize,
          wrapLines,
          contentDensity: density,
          contentDisplay: columnDisplay(columns, preferences.columns),
        }}
        onConfirm={({ detail }) =>
          setPreferences({
            pageSize: detail.pageSize ?? pageSize,
            wrapLines: detail.wrapLines ?? wrapLines,
            density: detail.contentDensity ?? density,
            columns: detail.contentDisplay?.map(({ id, visible }) => ({ id, visible })),
          })
        }
        pageSizePreference={{
          title: 'Events on a page',
          options: [25, 50, 100, 200].map((value) => ({ value, label: String(value) })),
        }}
        wrapLinesPreference={{ label: 'Wrap lines', description: 'Show long values whole' }}
        contentDensityPreference={{ label: 'Compact', description: 'More rows on the screen' }}
        contentDisplayPreference={{
          title: 'Columns',
          options: columns.map(({ id, label }) => ({ id, label, alwaysVisible: id === 'name' })),
        }}
      />
    </Suspense>
  );
}
