import type { PolicyDocument } from '../../../aws/operation.ts';
import type { SqlTable } from '../../../store/contract.ts';

/** An event data store, as queries need to know it. */
export type QueriedStore = {
  /** The uuid at the end of its ARN: what statements name it by. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  /** Whether it is in use; one that is to be deleted answers no queries. */
  readonly active: boolean;
  /** ARN of its key of KMS. */
  readonly kmsKey: string | undefined;
  /** What other accounts may do with it. */
  readonly policy: PolicyDocument | undefined;
  readonly table: SqlTable;
};

export type StoreViewer = { readonly accountId: string; readonly region: string };

/** Event data stores, by whoever keeps them. */
export type QueriedStores = {
  /**
   * By id or ARN, of whichever account, in the viewer's region; undefined: there is none. Whether the viewer may use one of another account is
   * for `administers` and the store's policy to say.
   */
  readonly find: (idOrArn: string, viewer: StoreViewer) => Promise<QueriedStore | undefined>;
  /** Whether the account may use the store as its owner does: itself, or as administrator of CloudTrail for the owner's organization, of which the store is. */
  readonly administers: (store: QueriedStore, accountId: string) => Promise<boolean>;
  /** The active store of an account that shows most: an organization's, else one of all regions, else the oldest. */
  readonly widest: (viewer: StoreViewer) => Promise<QueriedStore | undefined>;
};
