import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import {
  deleteStore,
  restoreStore,
  setFederation,
  setIngestion,
  updateStore,
  type Store,
} from '../../lake/stores.ts';
import { Confirm } from '../../parts/confirm.tsx';
import type { useAct } from '../../parts/use-act.tsx';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { FederationDialog } from './federation-dialog.tsx';
import { RetentionDialog } from './retention-dialog.tsx';
import { daysText } from './store-status.tsx';

type Props = Pick<ReturnType<typeof useAct>, 'act' | 'busy'> & { readonly store: Store };

/** What can be done with a store in the state that it is in. */
export function StoreActions({ store, act, busy }: Props) {
  const { api } = useConnection();
  const [asked, setAsked] = useState<'retention' | 'federate' | 'delete'>();
  const { id, name, status, isProtected } = store;
  const isDying = status === 'PENDING_DELETION';
  const isStopped = status === 'STOPPED_INGESTION';
  const choose = (what: string) => {
    switch (what) {
      case 'retention':
      case 'federate':
      case 'delete':
        return setAsked(what);
      case 'hide':
        return void act(what, () => setFederation(api, id, ''), `${name} is no longer shown in Athena.`);
      case 'ingestion':
        return void act(
          what,
          () => setIngestion(api, id, isStopped),
          `${name} takes ${isStopped ? 'events again' : 'no events any more'}.`,
        );
      case 'protect':
        return void act(
          what,
          () => updateStore(api, id, { TerminationProtectionEnabled: !isProtected }),
          `${name} is ${isProtected ? 'no longer protected' : 'protected'}.`,
        );
      default:
        return undefined;
    }
  };
  if (isDying)
    return (
      <Button
        variant="primary"
        loading={busy !== undefined}
        onClick={() => void act('restore', () => restoreStore(api, id), `${name} is there again.`)}
      >
        Restore
      </Button>
    );
  return (
    <>
      <SpaceBetween size="xs" direction="horizontal">
        <ButtonDropdown
          loading={busy !== undefined}
          items={[
            { id: 'retention', text: 'Change how long it keeps' },
            { id: 'ingestion', text: isStopped ? 'Start taking events' : 'Stop taking events' },
            { id: 'protect', text: isProtected ? 'Switch protection off' : 'Protect' },
            store.federation === 'ENABLED'
              ? { id: 'hide', text: 'Hide from Athena' }
              : { id: 'federate', text: 'Show in Athena' },
            {
              id: 'delete',
              text: 'Delete',
              disabled: isProtected,
              disabledReason: 'It is protected: switch that off first.',
            },
          ]}
          onItemClick={({ detail }) => choose(detail.id)}
        >
          Actions
        </ButtonDropdown>
        <Button variant="primary" href={formatHash({ page: 'sql', store: id })}>
          Query
        </Button>
      </SpaceBetween>
      {asked === 'retention' && (
        <RetentionDialog
          days={store.retentionDays}
          onCancel={() => setAsked(undefined)}
          onDone={(days) => {
            setAsked(undefined);
            void act(
              'retention',
              () => updateStore(api, id, { RetentionPeriod: days }),
              `${name} keeps events ${daysText(days)}.`,
            );
          }}
        />
      )}
      {asked === 'federate' && (
        <FederationDialog
          store={store}
          onCancel={() => setAsked(undefined)}
          onDone={(role) => {
            setAsked(undefined);
            void act('federate', () => setFederation(api, id, role), `${name} is shown in Athena.`);
          }}
        />
      )}
      {asked === 'delete' && (
        <Confirm
          title={`Delete ${name}?`}
          verb="Delete"
          typed={name}
          onCancel={() => setAsked(undefined)}
          onConfirm={() => {
            setAsked(undefined);
            void act('delete', () => deleteStore(api, id), `${name} is deleted in seven days.`);
          }}
        >
          It takes no events from now on and cannot be queried. For seven days it can be restored; then
          everything in it is lost. The event history and delivered log files stay.
        </Confirm>
      )}
    </>
  );
}
