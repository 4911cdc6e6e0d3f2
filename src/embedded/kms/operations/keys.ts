import { z } from 'zod';

import type { Operation } from '../../../aws/operation.ts';
import { checkNotPending, type Key, type KeyStore } from '../key-store.ts';
import { defaultPolicy, readPolicy } from '../key-policy.ts';
import { invalidState, unsupported } from '../kms-errors.ts';
import { keyArn } from '../key-arn.ts';
import { keyOperation, kmsOperation, limit, marker, page } from './kms-operation.ts';
import { checkNotLockedOut } from './policies.ts';
import { requestTags, saveTags, tags } from './tags.ts';

const DAY = 86_400_000;
const description = z.string().max(8192);

/** Keys themselves: made, described, listed, enabled and disabled, deleted after a time to think. */
export function keyOperations(store: KeyStore): Operation[] {
  return [
    createKey(store),
    keyOperation(store, 'DescribeKey', {
      input: {},
      everywhere: true,
      handle: async (key) => ({ KeyMetadata: await metadataOf(store, key) }),
    }),
    listKeys(store),
    keyOperation(store, 'UpdateKeyDescription', {
      input: { Description: description },
      handle: async (key, input) => {
        checkNotPending(key);
        await store.change(key, { description: input.Description });
      },
    }),
    ...(['EnableKey', 'DisableKey'] as const).map((name) =>
      keyOperation(store, name, {
        input: {},
        handle: async (key) => {
          checkNotPending(key);
          await store.change(key, { state: name === 'EnableKey' ? 'Enabled' : 'Disabled' });
        },
      }),
    ),
    ...deletion(store),
  ];
}

/** Enumerations of the model; what is not in `built` is refused by its value. */
const choice = (values: readonly [string, ...string[]]) => z.enum(values).optional();
const SPECS = [
  ...[
    'RSA_2048',
    'RSA_3072',
    'RSA_4096',
    'ECC_NIST_P256',
    'ECC_NIST_P384',
    'ECC_NIST_P521',
    'ECC_NIST_EDWARDS25519',
  ],
  ...['ECC_SECG_P256K1', 'SYMMETRIC_DEFAULT', 'HMAC_224', 'HMAC_256', 'HMAC_384', 'HMAC_512', 'SM2'],
  ...['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87'],
] as unknown as [string, ...string[]];

function createKey(store: KeyStore): Operation {
  return kmsOperation('CreateKey', {
    input: {
      Policy: z.string().min(1).max(131_072).optional(),
      Description: description.optional(),
      KeyUsage: choice(['SIGN_VERIFY', 'ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT']),
      KeySpec: choice(SPECS),
      CustomerMasterKeySpec: choice(SPECS),
      Origin: choice(['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE']),
      BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
      Tags: tags.optional(),
      MultiRegion: z.boolean().optional(),
    },
    handle: async (input, context) => {
      const { accountId: account, region } = context;
      refuseUnless('KeyUsage', input.KeyUsage, 'ENCRYPT_DECRYPT');
      refuseUnless('KeySpec', input.KeySpec, 'SYMMETRIC_DEFAULT');
      refuseUnless('CustomerMasterKeySpec', input.CustomerMasterKeySpec, 'SYMMETRIC_DEFAULT');
      refuseUnless('Origin', input.Origin, 'AWS_KMS');
      if (input.MultiRegion === true)
        throw unsupported('MultiRegion true is not supported: keys are of one region.');
      context.authorize('kms:CreateKey', '*', {
        conditionKeys: {
          'kms:KeySpec': 'SYMMETRIC_DEFAULT',
          'kms:KeyUsage': 'ENCRYPT_DECRYPT',
          'kms:KeyOrigin': 'AWS_KMS',
          'kms:MultiRegion': 'false',
          'kms:BypassPolicyLockoutSafetyCheck': String(input.BypassPolicyLockoutSafetyCheck === true),
          ...requestTags(input.Tags),
        },
      });
      const policy = input.Policy ?? defaultPolicy(account);
      const future = {
        account,
        arn: keyArn({ account, region, id: '00000000-0000-0000-0000-000000000000' }),
      };
      const document = readPolicy(policy);
      if (input.BypassPolicyLockoutSafetyCheck !== true) checkNotLockedOut(context, future, document);
      const key = await store.add({
        account,
        region,
        description: input.Description ?? '',
        policy,
        manager: 'CUSTOMER',
      });
      await saveTags(store, key, input.Tags ?? []);
      return { KeyMetadata: await metadataOf(store, key) };
    },
  });
}

function refuseUnless(member: string, value: string | undefined, built: string): void {
  if (value === undefined || value === built) return;
  throw unsupported(
    `${member} ${value} is not supported: keys are symmetric, for encryption (${member} ${built}).`,
  );
}

function listKeys(store: KeyStore): Operation {
  return kmsOperation('ListKeys', {
    input: { Limit: limit, Marker: marker },
    handle: async (input, context) => {
      context.authorize('kms:ListKeys', '*');
      await store.purge();
      const rows = await store.settings
        .selectFrom('kms_keys')
        .select(['id', 'account', 'region'])
        .where('account', '=', context.accountId)
        .where('region', '=', context.region)
        .execute();
      const shown = page(rows, { keyOf: ({ id }) => id, marker: input.Marker, size: input.Limit ?? 100 });
      return {
        Keys: shown.items.map((row) => ({ KeyId: row.id, KeyArn: keyArn(row) })),
        ...shown.paging,
      };
    },
  });
}

function deletion(store: KeyStore): Operation[] {
  return [
    keyOperation(store, 'ScheduleKeyDeletion', {
      input: { PendingWindowInDays: z.number().int().min(7).max(30).optional() },
      conditionKeys: (input) => ({
        'kms:ScheduleKeyDeletionPendingWindowInDays': String(input.PendingWindowInDays ?? 30),
      }),
      handle: async (key, input) => {
        checkNotPending(key);
        const days = input.PendingWindowInDays ?? 30;
        const at = store.clock.now() + days * DAY;
        await store.change(key, { state: 'PendingDeletion', delete_at: at });
        return {
          KeyId: key.arn,
          DeletionDate: new Date(at),
          KeyState: 'PendingDeletion',
          PendingWindowInDays: days,
        };
      },
    }),
    keyOperation(store, 'CancelKeyDeletion', {
      input: {},
      handle: async (key) => {
        if (key.state !== 'PendingDeletion') throw invalidState(key.arn, 'is not pending deletion');
        await store.change(key, { state: 'Disabled', delete_at: null });
        return { KeyId: key.arn };
      },
    }),
  ];
}

async function metadataOf(store: KeyStore, key: Key) {
  return {
    AWSAccountId: key.account,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: new Date(key.created_at),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    ...(key.delete_at === null ? {} : { DeletionDate: new Date(key.delete_at) }),
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
    CurrentKeyMaterialId: (await store.newest(key)).id,
  };
}
