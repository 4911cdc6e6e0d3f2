import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation } from '../../../aws/operation.ts';
import type { EncryptionContext } from '../../../aws/ports.ts';
import { headOf } from '../ciphertext.ts';
import { authorizeKey } from '../key-access.ts';
import { checkUsable, type Key, type KeyStore } from '../key-store.ts';
import { invalid } from '../kms-errors.ts';
import { aliasIn, findKey, keyId, kmsOperation } from './kms-operation.ts';

/** Bytes, which never stand in an error. */
const blob = (most: number) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= 1 && value.length <= most,
    `Member must have length between 1 and ${most}`,
  );
const plaintext = blob(4096);
const ciphertext = blob(6144);
const encryptionContext = z.record(z.string(), z.string()).optional();
const algorithm = z
  .enum(['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE'])
  .optional();
const dryRun = z.boolean().optional();

/** What keys are for. */
export function cryptographyOperations(store: KeyStore): Operation[] {
  return [encrypt(store), decrypt(store), reEncrypt(store), ...dataKeys(store), generateRandom()];
}

function encrypt(store: KeyStore): Operation {
  return kmsOperation('Encrypt', {
    input: {
      KeyId: keyId,
      Plaintext: plaintext,
      EncryptionContext: encryptionContext,
      EncryptionAlgorithm: algorithm,
      DryRun: dryRun,
    },
    handle: async (input, context) => {
      checkAlgorithm(input.EncryptionAlgorithm);
      const bound = checkedContext(input.EncryptionContext);
      const key = await askFor(store, context, { wanted: input.KeyId, action: 'kms:Encrypt', bound });
      endDryRun(input.DryRun);
      const made = await store.encrypt(key, input.Plaintext, bound);
      return { CiphertextBlob: made.ciphertext, KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  });
}

function decrypt(store: KeyStore): Operation {
  return kmsOperation('Decrypt', {
    input: {
      CiphertextBlob: ciphertext,
      EncryptionContext: encryptionContext,
      KeyId: keyId.optional(),
      EncryptionAlgorithm: algorithm,
      DryRun: dryRun,
    },
    handle: async (input, context) => {
      checkAlgorithm(input.EncryptionAlgorithm);
      const bound = checkedContext(input.EncryptionContext);
      const key = await keyThatReads(store, context, { wanted: input.KeyId, blob: input.CiphertextBlob });
      const alias = input.KeyId === undefined ? undefined : aliasIn(input.KeyId);
      await askKey(store, context, key, { action: 'kms:Decrypt', bound, alias });
      const read = await store.decrypt(key, input.CiphertextBlob, bound);
      endDryRun(input.DryRun);
      return {
        KeyId: key.arn,
        Plaintext: read.plaintext,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        KeyMaterialId: read.materialId,
      };
    },
  });
}

function reEncrypt(store: KeyStore): Operation {
  return kmsOperation('ReEncrypt', {
    input: {
      CiphertextBlob: ciphertext,
      SourceEncryptionContext: encryptionContext,
      SourceKeyId: keyId.optional(),
      DestinationKeyId: keyId,
      DestinationEncryptionContext: encryptionContext,
      SourceEncryptionAlgorithm: algorithm,
      DestinationEncryptionAlgorithm: algorithm,
      DryRun: dryRun,
    },
    handle: async (input, context) => {
      checkAlgorithm(input.SourceEncryptionAlgorithm);
      checkAlgorithm(input.DestinationEncryptionAlgorithm);
      const from = checkedContext(input.SourceEncryptionContext);
      const bound = checkedContext(input.DestinationEncryptionContext);
      const source = await keyThatReads(store, context, {
        wanted: input.SourceKeyId,
        blob: input.CiphertextBlob,
      });
      await askKey(store, context, source, { action: 'kms:ReEncryptFrom', bound: from });
      const key = await askFor(store, context, {
        wanted: input.DestinationKeyId,
        action: 'kms:ReEncryptTo',
        bound,
      });
      const read = await store.decrypt(source, input.CiphertextBlob, from);
      endDryRun(input.DryRun);
      const made = await store.encrypt(key, read.plaintext, bound);
      return {
        CiphertextBlob: made.ciphertext,
        SourceKeyId: source.arn,
        KeyId: key.arn,
        SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        SourceKeyMaterialId: read.materialId,
        DestinationKeyMaterialId: made.materialId,
      };
    },
  });
}

function dataKeys(store: KeyStore): Operation[] {
  return (['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'] as const).map((name) =>
    kmsOperation(name, {
      input: {
        KeyId: keyId,
        EncryptionContext: encryptionContext,
        KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
        NumberOfBytes: z.number().int().min(1).max(1024).optional(),
        DryRun: dryRun,
      },
      handle: async (input, context) => {
        const bound = checkedContext(input.EncryptionContext);
        const size = sizeOf(input.KeySpec, input.NumberOfBytes);
        const key = await askFor(store, context, { wanted: input.KeyId, action: `kms:${name}`, bound });
        endDryRun(input.DryRun);
        const secret = randomBytes(size);
        const made = await store.encrypt(key, secret, bound);
        return {
          CiphertextBlob: made.ciphertext,
          ...(name === 'GenerateDataKey' ? { Plaintext: secret } : {}),
          KeyId: key.arn,
          KeyMaterialId: made.materialId,
        };
      },
    }),
  );
}

/** One of the two, not both; AES_256 is no default of KMS's. */
function sizeOf(spec: 'AES_256' | 'AES_128' | undefined, bytes: number | undefined): number {
  if ((spec === undefined) === (bytes === undefined))
    throw invalid('Please specify either number of bytes or key spec.');
  return bytes ?? (spec === 'AES_256' ? 32 : 16);
}

function generateRandom(): Operation {
  return kmsOperation('GenerateRandom', {
    input: { NumberOfBytes: z.number().int().min(1).max(1024) },
    handle: async (input, context) => {
      context.authorize('kms:GenerateRandom', '*');
      return { Plaintext: randomBytes(input.NumberOfBytes) };
    },
  });
}

type Use = {
  readonly action: string;
  readonly bound: EncryptionContext;
  readonly alias?: string | undefined;
};

/** The key that was named, which the caller may use so. */
async function askFor(
  store: KeyStore,
  context: CallContext,
  { wanted, ...use }: Omit<Use, 'alias'> & { readonly wanted: string },
): Promise<Key> {
  const key = await findKey(store, wanted, context);
  await askKey(store, context, key, { ...use, alias: aliasIn(wanted) });
  return key;
}

async function askKey(
  store: KeyStore,
  context: CallContext,
  key: Key,
  { action, bound, alias }: Use,
): Promise<void> {
  await authorizeKey(store, context, key, { action, context: bound, further: { 'kms:RequestAlias': alias } });
  checkUsable(key);
}

/** The key that a ciphertext was made with. Throws IncorrectKeyException where another was named. */
async function keyThatReads(
  store: KeyStore,
  context: CallContext,
  { wanted, blob: bytes }: { readonly wanted: string | undefined; readonly blob: Uint8Array },
): Promise<Key> {
  const { keyId: id } = headOf(bytes);
  const named = wanted === undefined ? undefined : await findKey(store, wanted, context);
  if (named !== undefined && named.id !== id)
    throw new AwsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  const key = named ?? (await store.byId(id));
  if (key === undefined || key.region !== context.region)
    throw new AwsError(
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
  return key;
}

function checkAlgorithm(name: string | undefined): void {
  if (name !== undefined && name !== 'SYMMETRIC_DEFAULT')
    throw new AwsError(
      'InvalidKeyUsageException',
      `The encryption algorithm ${name} does not fit a symmetric key: it is SYMMETRIC_DEFAULT.`,
    );
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html: 8,192 characters at most. */
function checkedContext(context: EncryptionContext = {}): EncryptionContext {
  const size = Object.entries(context).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > 8192)
    throw invalid(`The encryption context must not have more than 8192 characters (got ${size}).`);
  return context;
}

function endDryRun(dry: boolean | undefined): void {
  if (dry === true)
    throw new AwsError(
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
      {
        status: 412,
      },
    );
}
