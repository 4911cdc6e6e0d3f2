import type { Operation } from '../../../aws/operation.ts';
import { newAccessKey } from '../bootstrap.ts';
import type { UserRow } from '../directory.ts';
import { limitExceeded, noSuchEntity } from '../iam-errors.ts';
import { accessKeyId, accessKeyStatus, existingUserName, page, paging } from '../iam-input.ts';
import { findUser, iamOperation, nameOrCaller, userResource, type IamParts } from './iam-operation.ts';

const MAX_KEYS = 2;

export function accessKeyOperations(parts: IamParts): Operation[] {
  return [
    createAccessKeyOperation(parts),
    listAccessKeysOperation(parts),
    updateAccessKeyOperation(parts),
    deleteAccessKeyOperation(parts),
  ];
}

function createAccessKeyOperation(parts: IamParts): Operation {
  return iamOperation('CreateAccessKey', {
    input: { UserName: existingUserName.optional() },
    resource: userResource(parts),
    handle: async (input, context) => ({
      AccessKey: await createAccessKey(parts, await findUser(parts, nameOrCaller(input.UserName, context))),
    }),
  });
}

function listAccessKeysOperation(parts: IamParts): Operation {
  return iamOperation('ListAccessKeys', {
    input: { UserName: existingUserName.optional(), ...paging },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findUser(parts, nameOrCaller(input.UserName, context));
      const keys = await parts.settings
        .selectFrom('iam_access_keys')
        .selectAll()
        .where('user_id', '=', user.id)
        .execute();
      const shown = page(keys, (key) => key.id, input);
      const metadata = shown.items.map((key) => ({
        UserName: user.name,
        AccessKeyId: key.id,
        Status: key.status,
        CreateDate: new Date(key.created_at),
      }));
      return { AccessKeyMetadata: metadata, ...shown.paging };
    },
  });
}

function updateAccessKeyOperation(parts: IamParts): Operation {
  return iamOperation('UpdateAccessKey', {
    input: { UserName: existingUserName.optional(), AccessKeyId: accessKeyId, Status: accessKeyStatus },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findUser(parts, nameOrCaller(input.UserName, context));
      const done = await parts.settings
        .updateTable('iam_access_keys')
        .set({ status: input.Status })
        .where('id', '=', input.AccessKeyId)
        .where('user_id', '=', user.id)
        .executeTakeFirst();
      if (done.numUpdatedRows !== 1n) throw noSuchKey(input.AccessKeyId);
      await parts.directory.refresh(user.id);
    },
  });
}

function deleteAccessKeyOperation(parts: IamParts): Operation {
  return iamOperation('DeleteAccessKey', {
    input: { UserName: existingUserName.optional(), AccessKeyId: accessKeyId },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findUser(parts, nameOrCaller(input.UserName, context));
      const done = await parts.settings
        .deleteFrom('iam_access_keys')
        .where('id', '=', input.AccessKeyId)
        .where('user_id', '=', user.id)
        .executeTakeFirst();
      if (done.numDeletedRows !== 1n) throw noSuchKey(input.AccessKeyId);
      await parts.directory.refresh(user.id);
    },
  });
}

async function createAccessKey({ settings, masterKey, clock, directory }: IamParts, user: UserRow) {
  const key = newAccessKey(masterKey);
  const now = clock.now();
  await settings.transaction().execute(async (trx) => {
    const existing = await trx
      .selectFrom('iam_access_keys')
      .select('id')
      .where('user_id', '=', user.id)
      .execute();
    if (existing.length >= MAX_KEYS)
      throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${MAX_KEYS}`);
    await trx
      .insertInto('iam_access_keys')
      .values({
        id: key.id,
        user_id: user.id,
        sealed_secret: key.sealedSecret,
        status: 'Active',
        created_at: now,
      })
      .execute();
  });
  await directory.refresh(user.id);
  return {
    UserName: user.name,
    AccessKeyId: key.id,
    Status: 'Active',
    SecretAccessKey: key.secretAccessKey,
    CreateDate: new Date(now),
  };
}

function noSuchKey(id: string) {
  return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}
