import { randomBytes } from 'node:crypto';

import type { Clock } from '../../src/base/clock.ts';
import { masterKeyOf } from '../../src/embedded/iam/master-key.ts';
import { keyMigrations, openEmbeddedKms, type KeyTables } from '../../src/embedded/kms/index.ts';
import { openSettings } from '../../src/store/settings/open-settings.ts';

/** The embedded KMS in memory, and what embedded buckets need to encrypt with it. */
export async function testKms(clock: Clock = { now: () => Date.now() }) {
  const { db: settings } = await openSettings<KeyTables>({ path: ':memory:', migrations: [keyMigrations] });
  const { seal, open } = masterKeyOf(randomBytes(32));
  const { keys, operations } = await openEmbeddedKms({ settings, seal, open, clock });
  return { settings, keys, operations, encryption: { keys, seal, open } };
}
