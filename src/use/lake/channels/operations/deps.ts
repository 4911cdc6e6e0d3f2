import type {
  CallContext,
  OperationInput,
  OperationOutput,
  PolicyDocument,
} from '../../../../aws/operation.ts';
import type { EventDataStorePort } from '../../../../aws/ports.ts';
import type { Clock } from '../../../../base/clock.ts';
import type { NewId } from '../../../../base/ids.ts';
import type { ChannelTable } from '../channel-table.ts';
import type { Senders } from '../senders.ts';

export type Tag = { readonly key: string; readonly value: string };

/** Tags and resource policies, which all resources of CloudTrail Lake have in common, by ARN. */
export type ResourceExtras = {
  /** The tags in `member`. Throws InvalidTagParameterException, TagsLimitExceededException. */
  readonly readTags: (input: OperationInput, member: string) => readonly Tag[];
  readonly saveTags: (arn: string, tags: readonly Tag[]) => Promise<void>;
  readonly tagsOf: (arn: string) => Promise<readonly Tag[]>;
  readonly policyOf: (arn: string) => Promise<PolicyDocument | undefined>;
  /** Of a resource that is gone. */
  readonly forget: (arn: string) => Promise<void>;
};

export type ChannelDeps = {
  readonly table: ChannelTable;
  readonly senders: Pick<Senders, 'forget'>;
  readonly stores: EventDataStorePort;
  readonly extras: ResourceExtras;
  readonly clock: Clock;
  readonly newId: NewId;
};

export type Handle = (
  deps: ChannelDeps,
  input: OperationInput,
  context: CallContext,
) => Promise<OperationOutput>;
