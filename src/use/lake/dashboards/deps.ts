import type { OperationInput, PolicyDocument } from '../../../aws/operation.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { QueryDeps } from '../queries/deps.ts';
import type { DashboardSettings } from './settings.ts';

export type Tag = { readonly key: string; readonly value: string };

/** Tags and resource policies, by whoever keeps them for all of Lake. */
export type ResourceAnnexes = {
  /** TagsList of an input. Throws InvalidTagParameterException. */
  readonly readTags: (input: OperationInput) => readonly Tag[];
  readonly saveTags: (arn: string, tags: readonly Tag[]) => Promise<void>;
  readonly policyOf: (arn: string) => Promise<PolicyDocument | undefined>;
  /** Tags and policy: of what is deleted. */
  readonly drop: (arn: string) => Promise<void>;
};

export type DashboardDeps = {
  readonly settings: DashboardSettings;
  readonly queries: QueryDeps;
  readonly annexes: ResourceAnnexes;
  readonly clock: Clock;
  readonly log: Logger;
};
