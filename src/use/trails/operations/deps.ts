import type {
  BucketPort,
  KeyPort,
  OrganizationPort,
  ServiceLinkedRolePort,
  TopicPort,
} from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import type { NewId } from '../../../base/ids.ts';
import type { Journal } from '../../../store/contract.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { TrailDelivery } from '../delivery/create-trail-delivery.ts';
import type { DigestKeys } from '../digests/digest-keys.ts';
import type { LogGroupAccess } from '../log-groups/check-log-group.ts';
import type { DataSelection } from '../selectors/data-selection.ts';
import type { TrailTables } from '../settings.ts';

export type TrailOperationDeps = {
  readonly settings: Settings<TrailTables>;
  readonly journal: Pick<Journal, 'head' | 'newest'>;
  readonly buckets: BucketPort;
  /** Undefined where no SNS is served. */
  readonly topics: TopicPort;
  readonly kms: KeyPort;
  readonly organizations: OrganizationPort;
  /** AWSServiceRoleForCloudTrail. */
  readonly serviceRole: ServiceLinkedRolePort;
  /** Notes who belongs to which organization now. */
  readonly refreshOrganizations: () => Promise<void>;
  readonly logGroups: LogGroupAccess;
  readonly keys: Pick<DigestKeys, 'list' | 'signingKey'>;
  readonly delivery: Pick<TrailDelivery, 'wake'>;
  readonly dataSelection: Pick<DataSelection, 'refresh'>;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Trails per region (OPENTRAIL_QUOTA_TRAILS). */
  readonly quotaTrails: number;
};
