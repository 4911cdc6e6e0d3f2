import { Confirm } from '../../../parts/confirm.tsx';
import type { ActionTarget } from './actions-context.tsx';

type Props = {
  readonly action: 'stop' | 'delete';
  readonly trail: ActionTarget;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
};

/** Says what would be lost. A trail is deleted only by typing its name. */
export function ConfirmDialog({ action, trail, onCancel, onConfirm }: Props) {
  const isDelete = action === 'delete';
  return (
    <Confirm
      title={isDelete ? `Delete ${trail.name}?` : `Stop logging to ${trail.name}?`}
      verb={isDelete ? 'Delete' : 'Stop logging'}
      {...(isDelete ? { typed: trail.name } : {})}
      onCancel={onCancel}
      onConfirm={onConfirm}
    >
      {isDelete
        ? `What happens from then on is delivered by this trail no more. Its bucket ${trail.bucket} and the files in it stay.`
        : 'What happens until it is started again is not delivered by this trail, and the chain of digests begins anew.'}{' '}
      Event history goes on.
    </Confirm>
  );
}
