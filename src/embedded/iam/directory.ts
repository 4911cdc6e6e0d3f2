import type { Selectable } from 'kysely';

import type { PolicyDocument, Principal } from '../../aws/operation.ts';
import { OpentrailError } from '../../base/errors.ts';
import { MANAGED_POLICIES } from './managed-policies.ts';
import {
  readGroup,
  readPolicy,
  readRole,
  readUser,
  type EntityDeps,
  type Grants,
  type StoredGroup,
  type StoredRole,
  type StoredUser,
} from './read-entities.ts';
import { userPrincipal, type DirectoryRole, type DirectoryUser } from './principals.ts';
import type { IamTables } from './settings.ts';

export type UserRow = Selectable<IamTables['iam_users']>;

export type DirectoryKey = {
  readonly id: string;
  readonly principal: Principal;
  readonly secretAccessKey: string;
  readonly active: boolean;
};

/** Users, groups, roles, keys and policies in memory, so that verifying a call asks no database. */
export type Directory = {
  /** Reads everything; once, at the start. Throws BAD_FILE when the master key does not open what is stored. */
  readonly load: () => Promise<void>;
  /** Reads one user, group, role or policy anew, by its unique id; to be called after every change to it. */
  readonly refresh: (id: string) => Promise<void>;
  readonly userById: (id: string) => DirectoryUser | undefined;
  /** Without regard to case, as IAM compares names. */
  readonly userByName: (name: string) => DirectoryUser | undefined;
  readonly userByArn: (arn: string) => DirectoryUser | undefined;
  /** Of a user, group or role by its name, without regard to case. */
  readonly arnOf: (kind: 'user' | 'group' | 'role', name: string) => string | undefined;
  readonly roleById: (id: string) => DirectoryRole | undefined;
  readonly roleByArn: (arn: string) => DirectoryRole | undefined;
  readonly key: (accessKeyId: string) => DirectoryKey | undefined;
  /** A managed policy's document in force: AWS's built-in ones and those made here. */
  readonly policy: (arn: string) => PolicyDocument | undefined;
};

export function createDirectory(deps: EntityDeps): Directory {
  const groups = new Map<string, StoredGroup>();
  const policies = new Map<string, { readonly arn: string; readonly document: PolicyDocument }>();
  const byArn = new Map<string, PolicyDocument>();
  const policy = (arn: string) => MANAGED_POLICIES.get(arn)?.document ?? byArn.get(arn);
  const documentsOf = ({ inline, attached }: Grants): PolicyDocument[] => [
    ...inline,
    ...attached.flatMap((arn): PolicyDocument[] => listed(policy(arn))),
  ];
  const users = createUsers(deps.accountId, (user) => [
    ...documentsOf(user),
    ...user.groups.flatMap((id) => documentsOf(groups.get(id) ?? NOTHING)),
  ]);
  const roles = createRoles(documentsOf);

  const readers: Readonly<Record<string, (id: string) => Promise<void>>> = {
    AIDA: async (id) => users.put(id, await readUser(deps, id)),
    AROA: async (id) => roles.put(id, await readRole(deps, id)),
    AGPA: async (id) => {
      put(groups, id, await readGroup(deps, id));
      users.relink();
    },
    ANPA: async (id) => {
      const read = await readPolicy(deps, id);
      const before = policies.get(id);
      if (before !== undefined) byArn.delete(before.arn);
      put(policies, id, read);
      if (read !== undefined) byArn.set(read.arn, read.document);
      users.relink();
      roles.relink();
    },
  };
  const refresh = inTurn((id) => {
    const read = readers[id.slice(0, 4)];
    if (read === undefined)
      throw new OpentrailError('BUG', `${id} is no id of a user, group, role or policy`);
    return read(id);
  });
  return {
    load: async () => {
      for (const table of ['iam_policies', 'iam_groups', 'iam_users', 'iam_roles'] as const)
        for (const { id } of await deps.settings.selectFrom(table).select('id').execute()) await refresh(id);
    },
    refresh,
    userById: (id) => users.byId.get(id),
    userByName: (name) => users.byName.get(name.toLowerCase()),
    userByArn: (arn) => {
      const user = users.byName.get(arn.slice(arn.lastIndexOf('/') + 1).toLowerCase());
      return user?.arn === arn ? user : undefined;
    },
    arnOf: (kind, name) => {
      if (kind === 'user') return users.byName.get(name.toLowerCase())?.arn;
      const named = kind === 'group' ? groups : roles.byId;
      return [...named.values()].find((each) => each.name.toLowerCase() === name.toLowerCase())?.arn;
    },
    roleById: (id) => roles.byId.get(id),
    roleByArn: (arn) => roles.byArn.get(arn),
    key: (accessKeyId) => users.keys.get(accessKeyId),
    policy,
  };
}

const NOTHING: Grants = { inline: [], attached: [] };

/** A policy that is gone allows nothing. */
export function listed(document: PolicyDocument | undefined): PolicyDocument[] {
  return document === undefined ? [] : [document];
}

/** One after another, so that an older reading never replaces a newer one. */
function inTurn(read: (id: string) => Promise<void>): (id: string) => Promise<void> {
  let turn: Promise<void> = Promise.resolve();
  return (id) => {
    const next = turn.then(() => read(id));
    turn = next.catch(() => undefined);
    return next;
  };
}

function put<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

/** Users with their keys. The principals of keys are made when something changes, not at every call. */
function createUsers(accountId: string, policiesOf: (user: StoredUser) => PolicyDocument[]) {
  const stored = new Map<string, StoredUser>();
  const byId = new Map<string, DirectoryUser>();
  const byName = new Map<string, DirectoryUser>();
  const keys = new Map<string, DirectoryKey>();
  const link = (from: StoredUser) => {
    const { id, name, arn, tags } = from;
    const user: DirectoryUser = { id, name, arn, tags, policies: policiesOf(from) };
    byId.set(id, user);
    byName.set(name.toLowerCase(), user);
    for (const key of from.keys)
      keys.set(key.id, { ...key, principal: userPrincipal(accountId, user, key.id) });
  };
  return {
    byId,
    byName,
    keys,
    put: (id: string, user: StoredUser | undefined) => {
      const before = stored.get(id);
      put(stored, id, user);
      byId.delete(id);
      const nameKey = before?.name.toLowerCase() ?? '';
      if (byName.get(nameKey)?.id === id) byName.delete(nameKey);
      for (const key of before?.keys ?? []) keys.delete(key.id);
      if (user !== undefined) link(user);
    },
    relink: () => stored.forEach(link),
  };
}

function createRoles(policiesOf: (role: StoredRole) => PolicyDocument[]) {
  const stored = new Map<string, StoredRole>();
  const byId = new Map<string, DirectoryRole>();
  const byArn = new Map<string, DirectoryRole>();
  const link = (from: StoredRole) => {
    const role: DirectoryRole = { ...from, policies: policiesOf(from) };
    byId.set(role.id, role);
    byArn.set(role.arn, role);
  };
  return {
    byId,
    byArn,
    put: (id: string, role: StoredRole | undefined) => {
      const before = stored.get(id);
      if (byArn.get(before?.arn ?? '')?.id === id) byArn.delete(before?.arn ?? '');
      put(stored, id, role);
      byId.delete(id);
      if (role !== undefined) link(role);
    },
    relink: () => stored.forEach(link),
  };
}
