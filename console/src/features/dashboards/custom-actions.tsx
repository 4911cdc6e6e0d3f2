import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { Command } from '../../parts/command.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import type { useAct } from '../../parts/use-act.tsx';
import { formatHash } from '../../routing/route.ts';
import { navigate } from '../../routing/use-route.ts';
import { useConnection } from '../../session/context.tsx';
import { deleteDashboard, updateDashboard, type Dashboard, type Widget } from './dashboards.ts';
import { widgetsWithout } from './draft.ts';

type Props = Pick<ReturnType<typeof useAct>, 'act' | 'busy'> & { readonly dashboard: Dashboard };

/** As many as a dashboard may have. */
const MOST_WIDGETS = 10;

/** What can be done with a dashboard of one's own. */
export function CustomActions({ dashboard, act, busy }: Props) {
  const { api } = useConnection();
  const [asks, setAsks] = useState(false);
  const { name, isProtected, widgets } = dashboard;
  const protect = () =>
    act(
      'protect',
      () => updateDashboard(api, name, { TerminationProtectionEnabled: !isProtected }),
      `${name} is ${isProtected ? 'no longer protected' : 'protected'}.`,
    );
  const remove = async () => {
    setAsks(false);
    const isDone = await act('delete', () => deleteDashboard(api, name), `${name} is deleted.`);
    if (isDone) navigate({ page: 'dashboards' });
  };
  return (
    <SpaceBetween size="xs" direction="horizontal">
      <ButtonDropdown
        loading={busy !== undefined}
        items={[
          { id: 'protect', text: isProtected ? 'Switch protection off' : 'Protect' },
          {
            id: 'delete',
            text: 'Delete',
            disabled: isProtected,
            disabledReason: 'It is protected: switch that off first.',
          },
        ]}
        onItemClick={({ detail }) => (detail.id === 'delete' ? setAsks(true) : void protect())}
      >
        Actions
      </ButtonDropdown>
      <Button
        href={formatHash({ page: 'add-widget', id: name })}
        disabled={widgets.length >= MOST_WIDGETS}
        disabledReason={`A dashboard may have ${MOST_WIDGETS} widgets.`}
      >
        Add widget
      </Button>
      {asks && (
        <Confirm
          title={`Delete ${name}?`}
          verb="Delete"
          onCancel={() => setAsks(false)}
          onConfirm={() => void remove()}
        >
          Its widgets go with it; the events that they were about stay. The same with the AWS CLI:
          <Command text={`aws cloudtrail delete-dashboard --dashboard-id ${name}`} />
        </Confirm>
      )}
    </SpaceBetween>
  );
}

/** Takes one widget off, once that is confirmed. */
export function RemoveWidget({ dashboard, widget, act }: Omit<Props, 'busy'> & { readonly widget: Widget }) {
  const { api } = useConnection();
  const [asks, setAsks] = useState(false);
  const { alias, title } = widget;
  return (
    <>
      <Button iconName="remove" variant="icon" ariaLabel={`Remove ${title}`} onClick={() => setAsks(true)} />
      {asks && (
        <Confirm
          title={`Remove ${title}?`}
          verb="Remove"
          onCancel={() => setAsks(false)}
          onConfirm={() => {
            setAsks(false);
            const Widgets = widgetsWithout(dashboard, alias);
            void act(
              'remove',
              () => updateDashboard(api, dashboard.name, { Widgets }),
              `${title} is removed.`,
            );
          }}
        >
          Its statement is lost; the other widgets stay as they are.
        </Confirm>
      )}
    </>
  );
}
