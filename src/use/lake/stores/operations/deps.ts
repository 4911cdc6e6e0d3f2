import type { ChannelPort, KeyPort, OrganizationPort, ServiceLinkedRolePort } from '../../../../aws/ports.ts';
import type { Clock } from '../../../../base/clock.ts';
import type { NewId } from '../../../../base/ids.ts';
import type { Journal, LakeTables } from '../../../../store/contract.ts';
import type { StoreDataSelection } from '../data-selection.ts';
import type { StoreSettings } from '../settings.ts';

export type StoreOperationDeps = {
  readonly settings: StoreSettings;
  readonly tables: LakeTables;
  readonly journal: Pick<Journal, 'newest'>;
  readonly kms: KeyPort;
  readonly organizations: OrganizationPort;
  readonly serviceRole: ServiceLinkedRolePort;
  /** Notes who belongs to which organization now. */
  readonly refreshOrganizations: () => Promise<void>;
  readonly channels: Pick<ChannelPort, 'channelsOf'>;
  /** Whether events are being imported into the store, by ARN. */
  readonly isImporting: (storeArn: string) => Promise<boolean>;
  readonly dataSelection: Pick<StoreDataSelection, 'refresh'>;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Stores per account and region (OPENTRAIL_QUOTA_EVENT_DATA_STORES). */
  readonly quota: number;
};
