import type { ConditionKeys } from './policy-request.ts';

/** `kms:EncryptionContext:NAME` and `kms:EncryptionContextKeys`: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
export function encryptionContextKeys(context: Readonly<Record<string, string>> = {}): ConditionKeys {
  const pairs = Object.entries(context);
  if (pairs.length === 0) return {};
  return {
    'kms:EncryptionContextKeys': pairs.map(([name]) => name),
    ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
  };
}
