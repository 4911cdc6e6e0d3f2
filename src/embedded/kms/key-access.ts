import type { CallContext, PolicyDocument } from '../../aws/operation.ts';
import { encryptionContextKeys } from '../../aws/policy/encryption-context-keys.ts';
import type { ConditionKeys } from '../../aws/policy/policy-request.ts';
import type { EncryptionContext } from '../../aws/ports.ts';
import type { Key, KeyStore } from './key-store.ts';

export type Ask = {
  readonly action: string;
  readonly context?: EncryptionContext | undefined;
  /** Where a service asks for the caller: `s3.us-east-1.amazonaws.com`. */
  readonly viaService?: string | undefined;
  readonly further?: ConditionKeys | undefined;
};

/**
 * The key's own policy must let the caller, or leave it to the policies of the caller's account, which then must; across accounts both must.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html. Throws AccessDenied.
 */
export async function authorizeKey(
  store: KeyStore,
  call: Pick<CallContext, 'principal' | 'authorize'>,
  key: Key,
  ask: Ask,
): Promise<void> {
  const facts = await keyFacts(store, key, ask);
  call.authorize(ask.action, key.arn, {
    resourcePolicy: JSON.parse(key.policy) as PolicyDocument,
    resourceAccount: key.account,
    resourceMustAllow: true,
    conditionKeys: { ...facts, 'kms:CallerAccount': call.principal.accountId },
  });
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
export async function keyFacts(store: KeyStore, key: Key, ask: Ask): Promise<ConditionKeys> {
  const aliases = await store.aliasesOf(key);
  const tags = await store.tagsOf(key);
  return {
    ...encryptionContextKeys(ask.context),
    'kms:ViaService': ask.viaService,
    'kms:KeyOrigin': 'AWS_KMS',
    'kms:KeySpec': 'SYMMETRIC_DEFAULT',
    'kms:KeyUsage': 'ENCRYPT_DECRYPT',
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    'kms:MultiRegion': 'false',
    'kms:ResourceAliases': aliases.length === 0 ? undefined : aliases.map(({ name }) => name),
    ...Object.fromEntries(tags.map(({ tag, value }) => [`aws:ResourceTag/${tag}`, value])),
    ...ask.further,
  };
}
