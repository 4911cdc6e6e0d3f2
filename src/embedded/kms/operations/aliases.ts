import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation } from '../../../aws/operation.ts';
import { aliasArn } from '../key-arn.ts';
import { authorizeKey } from '../key-access.ts';
import { checkNotPending, type Key, type KeyStore } from '../key-store.ts';
import { noSuchAlias } from '../kms-errors.ts';
import type { AliasRow } from '../settings.ts';
import { findKey, keyId, kmsOperation, limit, marker, page } from './kms-operation.ts';

const aliasName = z.string().min(1).max(256);

/** Names for keys, in an account and region. The policies of the alias and of its key are asked: https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html */
export function aliasOperations(store: KeyStore): Operation[] {
  return [createAlias(store), updateAlias(store), deleteAlias(store), listAliases(store)];
}

function createAlias(store: KeyStore): Operation {
  return kmsOperation('CreateAlias', {
    input: { AliasName: aliasName, TargetKeyId: keyId },
    handle: async (input, context) => {
      checkAliasName(input.AliasName);
      const key = await findKey(store, input.TargetKeyId, context, false);
      await authorizeAlias(store, context, { action: 'kms:CreateAlias', name: input.AliasName, keys: [key] });
      checkNotPending(key);
      const now = store.clock.now();
      const row = {
        ...placeOf(context),
        name: input.AliasName,
        key_id: key.id,
        created_at: now,
        updated_at: now,
      };
      const { numInsertedOrUpdatedRows } = await store.settings
        .insertInto('kms_aliases')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (numInsertedOrUpdatedRows === 0n)
        throw new AwsError(
          'AlreadyExistsException',
          `An alias with the name ${aliasArn(row)} already exists`,
        );
    },
  });
}

function updateAlias(store: KeyStore): Operation {
  return kmsOperation('UpdateAlias', {
    input: { AliasName: aliasName, TargetKeyId: keyId },
    handle: async (input, context) => {
      checkAliasName(input.AliasName);
      const alias = await findAlias(store, input.AliasName, context);
      const key = await findKey(store, input.TargetKeyId, context, false);
      const keys = [await findKey(store, alias.key_id, context), key];
      await authorizeAlias(store, context, { action: 'kms:UpdateAlias', name: alias.name, keys });
      checkNotPending(key);
      await ofAlias(store, alias).set({ key_id: key.id, updated_at: store.clock.now() }).execute();
    },
  });
}

function ofAlias(store: KeyStore, { account, region, name }: AliasRow) {
  return store.settings
    .updateTable('kms_aliases')
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name);
}

function deleteAlias(store: KeyStore): Operation {
  return kmsOperation('DeleteAlias', {
    input: { AliasName: aliasName },
    handle: async (input, context) => {
      checkAliasName(input.AliasName);
      const alias = await findAlias(store, input.AliasName, context);
      const keys = [await findKey(store, alias.key_id, context)];
      await authorizeAlias(store, context, { action: 'kms:DeleteAlias', name: alias.name, keys });
      await store.settings
        .deleteFrom('kms_aliases')
        .where('account', '=', alias.account)
        .where('region', '=', alias.region)
        .where('name', '=', alias.name)
        .execute();
    },
  });
}

function listAliases(store: KeyStore): Operation {
  return kmsOperation('ListAliases', {
    input: { KeyId: keyId.optional(), Limit: limit, Marker: marker },
    handle: async (input, context) => {
      context.authorize('kms:ListAliases', '*');
      await store.purge();
      const key = input.KeyId === undefined ? undefined : await findKey(store, input.KeyId, context, false);
      const rows = await store.settings
        .selectFrom('kms_aliases')
        .selectAll()
        .where('account', '=', context.accountId)
        .where('region', '=', context.region)
        .execute();
      const shown = page(
        rows.filter((row) => key === undefined || row.key_id === key.id),
        { keyOf: ({ name }) => name, marker: input.Marker, size: Math.min(input.Limit ?? 50, 100) },
      );
      return {
        Aliases: shown.items.map((row) => ({
          AliasName: row.name,
          AliasArn: aliasArn(row),
          TargetKeyId: row.key_id,
          CreationDate: new Date(row.created_at),
          LastUpdatedDate: new Date(row.updated_at),
        })),
        ...shown.paging,
      };
    },
  });
}

function placeOf({ accountId: account, region }: CallContext) {
  return { account, region };
}

/** Throws NotFoundException. */
async function findAlias(store: KeyStore, name: string, context: CallContext): Promise<AliasRow> {
  const { account, region } = placeOf(context);
  const row = await store.settings
    .selectFrom('kms_aliases')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row === undefined) throw noSuchAlias(aliasArn({ account, region, name }));
  return row;
}

async function authorizeAlias(
  store: KeyStore,
  context: CallContext,
  ask: { readonly action: string; readonly name: string; readonly keys: readonly Key[] },
): Promise<void> {
  context.authorize(ask.action, aliasArn({ ...placeOf(context), name: ask.name }));
  for (const key of ask.keys) {
    await authorizeKey(store, context, key, {
      action: ask.action,
      further: { 'kms:RequestAlias': ask.name },
    });
  }
}

/** Throws ValidationException, InvalidAliasNameException. */
function checkAliasName(name: string): void {
  if (!name.startsWith('alias/'))
    throw new AwsError('ValidationException', 'Invalid identifier: an alias name must begin with alias/');
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name))
    throw new AwsError(
      'InvalidAliasNameException',
      `Alias names have letters, digits, slashes, underscores and dashes after alias/ (got "${name}").`,
    );
  if (name.startsWith('alias/aws/'))
    throw new AwsError(
      'InvalidAliasNameException',
      `Alias names that begin with alias/aws/ are reserved (got "${name}").`,
    );
}
