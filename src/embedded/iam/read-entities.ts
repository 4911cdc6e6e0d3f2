import type { PolicyDocument } from '../../aws/operation.ts';
import { OpentrailError } from '../../base/errors.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { MasterKey } from './master-key.ts';
import type { IamTables } from './settings.ts';

/** One user, group, role or policy as the settings have it, with what is its own. */

export type EntityDeps = {
  readonly settings: Settings<IamTables>;
  readonly masterKey: MasterKey;
  readonly accountId: string;
};

/** What users, groups and roles have alike. */
export type Grants = {
  readonly inline: readonly PolicyDocument[];
  readonly attached: readonly string[];
};

type Tags = Readonly<Record<string, string>>;

export type StoredKey = { readonly id: string; readonly secretAccessKey: string; readonly active: boolean };

export type StoredUser = Grants & {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly groups: readonly string[];
  readonly keys: readonly StoredKey[];
  readonly tags: Tags;
};

export type StoredGroup = Grants & { readonly name: string; readonly arn: string };

export type StoredRole = Grants & {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly trust: string;
  readonly trustPins: Tags;
  readonly maxSessionDuration: number;
  readonly tags: Tags;
};

export type Named = { readonly path: string; readonly name: string };

export function userArn(accountId: string, { path, name }: Named): string {
  return `arn:aws:iam::${accountId}:user${path}${name}`;
}

export function roleArn(accountId: string, { path, name }: Named): string {
  return `arn:aws:iam::${accountId}:role${path}${name}`;
}

/** Throws BAD_FILE when the master key does not open a key's secret. */
export async function readUser(deps: EntityDeps, id: string): Promise<StoredUser | undefined> {
  const { settings, accountId } = deps;
  const row = await settings
    .selectFrom('iam_users')
    .select(['id', 'name', 'path'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const groups = await settings
    .selectFrom('iam_group_members')
    .select('group_id')
    .where('user_id', '=', id)
    .execute();
  return {
    id,
    name: row.name,
    arn: userArn(accountId, row),
    groups: groups.map(({ group_id }) => group_id),
    keys: await readKeys(deps, id),
    tags: await readTags(settings, id),
    ...(await readGrants(settings, id)),
  };
}

export async function readGroup(
  { settings, accountId }: EntityDeps,
  id: string,
): Promise<StoredGroup | undefined> {
  const row = await settings.selectFrom('iam_groups').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  const arn = `arn:aws:iam::${accountId}:group${row.path}${row.name}`;
  return { name: row.name, arn, ...(await readGrants(settings, id)) };
}

export async function readRole(
  { settings, accountId }: EntityDeps,
  id: string,
): Promise<StoredRole | undefined> {
  const row = await settings.selectFrom('iam_roles').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id,
    name: row.name,
    arn: roleArn(accountId, row),
    trust: row.trust,
    trustPins: JSON.parse(row.trust_pins) as Tags,
    maxSessionDuration: row.max_session_duration,
    tags: await readTags(settings, id),
    ...(await readGrants(settings, id)),
  };
}

/** A customer managed policy's default version. */
export async function readPolicy(
  { settings }: EntityDeps,
  id: string,
): Promise<{ readonly arn: string; readonly document: PolicyDocument } | undefined> {
  const row = await settings
    .selectFrom('iam_policies')
    .innerJoin('iam_policy_versions', (join) =>
      join
        .onRef('iam_policy_versions.policy_id', '=', 'iam_policies.id')
        .onRef('iam_policy_versions.version', '=', 'iam_policies.default_version'),
    )
    .select(['arn', 'document'])
    .where('iam_policies.id', '=', id)
    .executeTakeFirst();
  return row && { arn: row.arn, document: JSON.parse(row.document) as PolicyDocument };
}

async function readGrants(settings: Settings<IamTables>, id: string): Promise<Grants> {
  const inline = await settings
    .selectFrom('iam_inline_policies')
    .select('document')
    .where('owner_id', '=', id)
    .execute();
  const attached = await settings
    .selectFrom('iam_attached_policies')
    .select('arn')
    .where('owner_id', '=', id)
    .execute();
  return {
    inline: inline.map(({ document }) => JSON.parse(document) as PolicyDocument),
    attached: attached.map(({ arn }) => arn),
  };
}

async function readTags(settings: Settings<IamTables>, id: string): Promise<Tags> {
  const rows = await settings
    .selectFrom('iam_tags')
    .select(['key', 'value'])
    .where('owner_id', '=', id)
    .execute();
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

async function readKeys({ settings, masterKey }: EntityDeps, userId: string): Promise<StoredKey[]> {
  const rows = await settings
    .selectFrom('iam_access_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .execute();
  return rows.map((key) => {
    const secretAccessKey = masterKey.open(`access-key ${key.id}`, key.sealed_secret);
    if (secretAccessKey === undefined) {
      throw new OpentrailError(
        'BAD_FILE',
        `master.key does not open the secret of access key ${key.id}: it is not the key that settings.db was written with`,
        { kind: 'operator' },
      );
    }
    return { id: key.id, secretAccessKey, active: key.status === 'Active' };
  });
}
