import type { PolicyDocument } from '../../aws/operation.ts';
import type { RedrivePolicy } from './redrive-policy.ts';
import type { QueueRow } from './settings.ts';

/** By AWS's names; those that were set. */
export type Attributes = Readonly<Record<string, string>>;

/** A queue as it is kept, read. */
export type Queue = Omit<QueueRow, 'attributes' | 'tags'> & {
  readonly attributes: Attributes;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: PolicyDocument | undefined;
  readonly redrive: RedrivePolicy | undefined;
};
