import { randomBytes } from 'node:crypto';

import { AccessDenied } from '../../aws/errors.ts';
import { letsService } from '../../aws/policy/lets-service.ts';
import type { KeyPort, KeyUse } from '../../aws/ports.ts';
import { authorizeKey, keyFacts } from './key-access.ts';
import type { Key, KeyStore } from './key-store.ts';

/** The embedded keys as buckets and trails use them, each for its caller or for itself. */
export function createKeyPort(store: KeyStore): KeyPort {
  const find = (arn: string) => store.named(arn, { account: '', region: '' });
  return {
    describe: async (keyId, where) => {
      const { arn, account: accountId, region, state } = await store.named(keyId, where);
      return { arn, accountId, region, state };
    },
    check: async ({ actions, ...use }) => {
      const key = await find(use.keyArn);
      for (const action of actions) await ask(store, key, { ...use, action });
    },
    generateDataKey: async (use) => {
      const key = await find(use.keyArn);
      await ask(store, key, { ...use, action: 'kms:GenerateDataKey' });
      const plaintext = randomBytes(32);
      const { ciphertext } = await store.encrypt(key, plaintext, use.context);
      return { plaintext, ciphertext };
    },
    decrypt: async ({ ciphertext, ...use }) => {
      const key = await find(use.keyArn);
      await ask(store, key, { ...use, action: 'kms:Decrypt' });
      return (await store.decrypt(key, ciphertext, use.context)).plaintext;
    },
  };
}

/** Throws AccessDenied. */
async function ask(
  store: KeyStore,
  key: Key,
  { user, action, context }: KeyUse & { readonly action: string },
): Promise<void> {
  if (user.kind === 'caller') {
    await authorizeKey(store, user.call, key, { action, context, viaService: user.viaService });
    return;
  }
  const facts = await keyFacts(store, key, { action, context });
  const source = { service: user.service, ...user.source };
  if (!letsService(key.policy, { action, resource: key.arn }, source, facts))
    throw new AccessDenied(user.service, action, key.arn);
}
