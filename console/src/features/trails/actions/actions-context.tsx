import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useState, type ReactNode } from 'react';

import { ApiError, missingAction } from '../../../aws/errors.ts';
import { useConnection } from '../../../session/context.tsx';
import type { Trail } from '../trails.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

export type TrailAction = 'start' | 'stop' | 'delete';
export type ActionTarget = Pick<Trail, 'name' | 'arn' | 'bucket'>;

const OPERATIONS: Readonly<Record<TrailAction, string>> = {
  start: 'StartLogging',
  stop: 'StopLogging',
  delete: 'DeleteTrail',
};
const DONE: Readonly<Record<TrailAction, string>> = {
  start: 'logs from now on',
  stop: 'no longer logs',
  delete: 'was deleted',
};

const ActionsContext = createContext<(action: TrailAction, trail: ActionTarget) => void>(() => undefined);

/** What may be done to a trail, from anywhere below: asks first where something would be lost, and says how it went. */
export function TrailActions(props: { readonly onDeleted?: () => void; readonly children: ReactNode }) {
  const { api } = useConnection();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<{ readonly action: 'stop' | 'delete'; readonly trail: ActionTarget }>();
  const [said, setSaid] = useState<FlashbarProps.MessageDefinition>();
  const perform = async (action: TrailAction, trail: ActionTarget) => {
    try {
      await api.cloudtrail(OPERATIONS[action], { Name: trail.arn });
      setSaid(message('success', `${trail.name} ${DONE[action]}.`, () => setSaid(undefined)));
      if (action === 'delete') props.onDeleted?.();
    } catch (error) {
      setSaid(message('error', explain(error, trail.name), () => setSaid(undefined)));
    }
    for (const key of ['trails', 'trail-status']) await queries.invalidateQueries({ queryKey: [key] });
  };
  return (
    <ActionsContext.Provider
      value={(action, trail) => {
        if (action === 'start') void perform(action, trail);
        else setAsked({ action, trail });
      }}
    >
      {said && (
        <div className="ot-said">
          <Flashbar items={[said]} />
        </div>
      )}
      {props.children}
      {asked && (
        <ConfirmDialog
          {...asked}
          onCancel={() => setAsked(undefined)}
          onConfirm={() => {
            setAsked(undefined);
            void perform(asked.action, asked.trail);
          }}
        />
      )}
    </ActionsContext.Provider>
  );
}

export function useTrailActions() {
  return useContext(ActionsContext);
}

function message(
  type: 'success' | 'error',
  content: string,
  onDismiss: () => void,
): FlashbarProps.MessageDefinition {
  const ariaRole = type === 'error' ? 'alert' : 'status';
  return { type, content, ariaRole, onDismiss, dismissible: true, dismissLabel: 'Dismiss', id: content };
}

function explain(error: unknown, name: string): string {
  if (!(error instanceof ApiError)) return `${name}: ${String(error)}`;
  const action = missingAction(error);
  return action
    ? `${name}: a policy of yours has to allow ${action} (${error.code}).`
    : `${name}: ${error.message} (${error.code})`;
}
