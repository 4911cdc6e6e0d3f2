import { createKmsKeys } from '../aws/kms-keys.ts';
import type { KeyPort } from '../aws/ports.ts';
import { elsewhere, type ElsewhereDeps } from './elsewhere.ts';

/** Keys that buckets and trails encrypt with: of the KMS that was named, else where kms is served. */
export async function keysOf(deps: ElsewhereDeps, embedded: KeyPort): Promise<KeyPort> {
  const there = await elsewhere('kms', deps);
  return there === undefined ? embedded : createKmsKeys({ ...there, timeout: deps.config.delivery_timeout });
}
