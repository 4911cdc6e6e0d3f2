import {
  DecryptCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';

import { accountOfArn, regionOfArn } from './arn.ts';
import { AccessDenied, AwsError } from './errors.ts';
import type { PolicyDocument } from './operation.ts';
import { encryptionContextKeys } from './policy/encryption-context-keys.ts';
import { letsService } from './policy/lets-service.ts';
import type { KeyPort, KeyUse } from './ports.ts';
import { told } from './sdk-error.ts';
import { byRegion, clientOptions, type ServiceEndpoint } from './service-client.ts';

/**
 * Keys of a KMS by endpoint. It is asked with one key of Opentrail's own, so whether a caller or CloudTrail may use a key is judged here, by the
 * key's policy and the caller's. Failures are AwsError with KMS's own code; `ServiceUnavailable` when nobody answers.
 */
export function createKmsKeys(where: ServiceEndpoint): KeyPort {
  // A key is asked in its own region.
  const clientOf = byRegion((region) => new KMSClient(clientOptions(where, region)));
  const of = (keyArn: string) => clientOf(regionOf(keyArn) ?? '');
  const ask = async (use: KeyUse, actions: readonly string[]): Promise<void> => {
    const policy = await policyOf(of(use.keyArn), use.keyArn);
    for (const action of actions) judge(policy, use, action);
  };
  return {
    describe: async (keyId, { region }) => {
      const client = clientOf(regionOf(keyId) ?? region);
      const { KeyMetadata: key } = await told(client.send(new DescribeKeyCommand({ KeyId: keyId })));
      const arn = key?.Arn ?? '';
      return {
        arn,
        accountId: key?.AWSAccountId ?? accountOfArn(arn),
        region: regionOf(arn) ?? region,
        state: key?.KeyState ?? (key?.Enabled === false ? 'Disabled' : 'Enabled'),
      };
    },
    check: ({ actions, ...use }) => ask(use, actions),
    generateDataKey: async (use) => {
      await ask(use, ['kms:GenerateDataKey']);
      const wanted = {
        KeyId: use.keyArn,
        KeySpec: 'AES_256',
        EncryptionContext: { ...use.context },
      } as const;
      const made = await told(of(use.keyArn).send(new GenerateDataKeyCommand(wanted)));
      const { Plaintext: plaintext, CiphertextBlob: ciphertext } = made;
      if (plaintext?.length !== 32 || ciphertext === undefined) throw notAKey();
      return { plaintext, ciphertext };
    },
    decrypt: async ({ ciphertext, ...use }) => {
      await ask(use, ['kms:Decrypt']);
      const wanted = { KeyId: use.keyArn, CiphertextBlob: ciphertext, EncryptionContext: { ...use.context } };
      const { Plaintext: plaintext } = await told(of(use.keyArn).send(new DecryptCommand(wanted)));
      if (plaintext === undefined) throw notAKey();
      return plaintext;
    },
  };
}

async function policyOf(client: KMSClient, keyArn: string): Promise<string> {
  const { Policy } = await told(
    client.send(new GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: 'default' })),
  );
  return Policy ?? '';
}

/** Throws AccessDenied. */
function judge(policy: string, { keyArn, context, user }: KeyUse, action: string): void {
  const facts = encryptionContextKeys(context);
  if (user.kind === 'service') {
    const source = { service: user.service, ...user.source };
    if (!letsService(policy, { action, resource: keyArn }, source, facts))
      throw new AccessDenied(user.service, action, keyArn);
    return;
  }
  user.call.authorize(action, keyArn, {
    resourcePolicy: documentOf(policy),
    resourceAccount: accountOfArn(keyArn),
    resourceMustAllow: true,
    conditionKeys: {
      ...facts,
      'kms:ViaService': user.viaService,
      'kms:CallerAccount': user.call.principal.accountId,
    },
  });
}

function documentOf(policy: string): PolicyDocument {
  try {
    return JSON.parse(policy) as PolicyDocument;
  } catch {
    return {};
  }
}

function regionOf(arn: string): string | undefined {
  return arn.startsWith('arn:') ? regionOfArn(arn) : undefined;
}

function notAKey(): AwsError {
  return new AwsError('ServiceUnavailable', 'the answer of KMS holds no key', { status: 503 });
}
