import ButtonDropdown from '@cloudscape-design/components/button-dropdown';

import { navigate } from '../../../routing/use-route.ts';
import { useTrailActions } from '../actions/actions-context.tsx';
import type { Row } from './columns.tsx';

/** Start, stop, edit, delete. */
export function RowActions({ row }: { readonly row: Row }) {
  const ask = useTrailActions();
  const { readOnly, status } = row;
  const reason = readOnly === undefined ? {} : { disabled: true, disabledReason: readOnly };
  return (
    <ButtonDropdown
      variant="inline-icon"
      ariaLabel={`Actions on ${row.name}`}
      expandToViewport
      items={[
        status?.logging
          ? { id: 'stop', text: 'Stop logging', ...reason }
          : { id: 'start', text: 'Start logging', ...reason },
        { id: 'edit', text: 'Edit', ...reason },
        { id: 'delete', text: 'Delete', ...reason },
      ]}
      onItemClick={({ detail }) => {
        if (detail.id === 'edit') navigate({ page: 'edit-trail', name: row.name });
        else ask(detail.id as 'start' | 'stop' | 'delete', row);
      }}
    />
  );
}
