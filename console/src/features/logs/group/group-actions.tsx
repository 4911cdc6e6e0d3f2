import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { Confirm } from '../../../parts/confirm.tsx';
import type { useAct } from '../../../parts/use-act.tsx';
import { navigate } from '../../../routing/use-route.ts';
import { useConnection } from '../../../session/context.tsx';
import { GroupDialog } from '../group-dialog.tsx';
import { deleteGroup, retentionText, setRetention, type LogGroup } from '../logs.ts';

type Props = Pick<ReturnType<typeof useAct>, 'act' | 'busy'> & { readonly group: LogGroup };

/** How long it is kept, and its end. */
export function GroupActions({ group, act, busy }: Props) {
  const { api } = useConnection();
  const [asked, setAsked] = useState<'retention' | 'delete'>();
  const { name } = group;
  const keep = (days: number | undefined) => {
    setAsked(undefined);
    void act('retention', () => setRetention(api, name, days), `Events are kept ${retentionText(days)}.`);
  };
  const remove = () => {
    setAsked(undefined);
    void act('delete', () => deleteGroup(api, name), `${name} was deleted.`).then((done) => {
      if (done) navigate({ page: 'log-groups' });
    });
  };
  return (
    <>
      <SpaceBetween size="xs" direction="horizontal">
        <Button loading={busy === 'retention'} onClick={() => setAsked('retention')}>
          Edit retention
        </Button>
        <Button loading={busy === 'delete'} onClick={() => setAsked('delete')}>
          Delete
        </Button>
      </SpaceBetween>
      {asked === 'retention' && (
        <GroupDialog
          before={group}
          onCancel={() => setAsked(undefined)}
          onDone={(_name, days) => keep(days)}
        />
      )}
      {asked === 'delete' && (
        <Confirm
          title="Delete this log group?"
          verb="Delete"
          typed={name}
          onCancel={() => setAsked(undefined)}
          onConfirm={remove}
        >
          Everything that was written into it is lost, with its streams and filters. A trail that delivers
          into it fails until it is there again.
        </Confirm>
      )}
    </>
  );
}
