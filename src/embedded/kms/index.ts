import type { Operation } from '../../aws/operation.ts';
import type { KeyPort } from '../../aws/ports.ts';
import { createKeyPort } from './key-port.ts';
import { KeyStore, type KeyStoreDeps } from './key-store.ts';
import { aliasOperations } from './operations/aliases.ts';
import { cryptographyOperations } from './operations/cryptography.ts';
import { keyOperations } from './operations/keys.ts';
import { policyOperations } from './operations/policies.ts';
import { rotationOperations } from './operations/rotation.ts';
import { tagOperations } from './operations/tags.ts';

export { keyMigrations, type KeyTables } from './settings.ts';

export type EmbeddedKms = { readonly operations: readonly Operation[]; readonly keys: KeyPort };

/** Keys that never leave: the KMS API's operations, and the port that buckets and trails encrypt with. */
export async function openEmbeddedKms(deps: KeyStoreDeps): Promise<EmbeddedKms> {
  const store = new KeyStore(deps);
  await store.purge();
  return {
    operations: [
      ...keyOperations(store),
      ...aliasOperations(store),
      ...cryptographyOperations(store),
      ...policyOperations(store),
      ...tagOperations(store),
      ...rotationOperations(store),
    ],
    keys: createKeyPort(store),
  };
}
