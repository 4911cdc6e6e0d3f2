import type { Selectable } from 'kysely';

import type { PolicyDocument } from '../../aws/operation.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { MANAGED_POLICIES } from './managed-policies.ts';
import type { MasterKey } from './master-key.ts';
import type { IamTables } from './settings.ts';

export type UserRow = Selectable<IamTables['iam_users']>;

export type DirectoryUser = {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly policies: readonly PolicyDocument[];
};

export type DirectoryKey = {
  readonly id: string;
  readonly user: DirectoryUser;
  readonly secretAccessKey: string;
  readonly active: boolean;
};

/** Users, keys and policies in memory, so that verifying a call asks no database. */
export type Directory = {
  /** Reads everything anew. Throws BAD_FILE when the master key does not open what is stored. */
  readonly load: () => Promise<void>;
  /** Reads one user anew; to be called after every change to it. */
  readonly refresh: (userId: string) => Promise<void>;
  readonly userById: (id: string) => DirectoryUser | undefined;
  /** Without regard to case, as IAM compares names. */
  readonly userByName: (name: string) => DirectoryUser | undefined;
  readonly key: (accessKeyId: string) => DirectoryKey | undefined;
};

export type DirectoryDeps = {
  readonly settings: Settings<IamTables>;
  readonly masterKey: MasterKey;
  readonly accountId: string;
};

export function createDirectory(deps: DirectoryDeps): Directory {
  const users = new Map<string, DirectoryUser>();
  const byName = new Map<string, DirectoryUser>();
  const keys = new Map<string, DirectoryKey>();

  const forget = (id: string) => {
    const user = users.get(id);
    users.delete(id);
    if (user !== undefined) byName.delete(user.name.toLowerCase());
    for (const key of keys.values()) if (key.user.id === id) keys.delete(key.id);
  };
  // One after another, so that an older reading never replaces a newer one.
  let turn: Promise<void> = Promise.resolve();
  const refresh = (id: string) => {
    const next = turn.then(() => readInto(id));
    turn = next.catch(() => undefined);
    return next;
  };
  const readInto = async (id: string) => {
    const found = await readUser(deps, id);
    forget(id);
    if (found === undefined) return;
    users.set(id, found.user);
    byName.set(found.user.name.toLowerCase(), found.user);
    for (const key of found.keys) keys.set(key.id, key);
  };
  return {
    load: async () => {
      const rows = await deps.settings.selectFrom('iam_users').select('id').execute();
      for (const id of [...users.keys()]) forget(id);
      for (const { id } of rows) await refresh(id);
    },
    refresh,
    userById: (id) => users.get(id),
    userByName: (name) => byName.get(name.toLowerCase()),
    key: (accessKeyId) => keys.get(accessKeyId),
  };
}

export function userArn(accountId: string, user: { readonly path: string; readonly name: string }): string {
  return `arn:aws:iam::${accountId}:user${user.path}${user.name}`;
}

async function readUser(
  { settings, masterKey, accountId }: DirectoryDeps,
  id: string,
): Promise<{ user: DirectoryUser; keys: DirectoryKey[] } | undefined> {
  const row = await settings
    .selectFrom('iam_users')
    .select(['id', 'name', 'path'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const inline = await settings
    .selectFrom('iam_user_policies')
    .select('document')
    .where('user_id', '=', id)
    .execute();
  const attached = await settings
    .selectFrom('iam_attached_policies')
    .select('arn')
    .where('user_id', '=', id)
    .execute();
  const managed = attached.flatMap(({ arn }): PolicyDocument[] => {
    const policy = MANAGED_POLICIES.get(arn);
    return policy === undefined ? [] : [policy.document];
  });
  const user: DirectoryUser = {
    id,
    name: row.name,
    arn: userArn(accountId, row),
    policies: [...inline.map(({ document }) => JSON.parse(document) as PolicyDocument), ...managed],
  };
  const keyRows = await settings
    .selectFrom('iam_access_keys')
    .selectAll()
    .where('user_id', '=', id)
    .execute();
  const keys = keyRows.map((key) => {
    const secretAccessKey = masterKey.open(`access-key ${key.id}`, key.sealed_secret);
    if (secretAccessKey === undefined) {
      throw new OpentrailError(
        'BAD_FILE',
        `master.key does not open the secret of access key ${key.id}: it is not the key that settings.db was written with`,
        { kind: 'operator' },
      );
    }
    return { id: key.id, user, secretAccessKey, active: key.status === 'Active' };
  });
  return { user, keys };
}
