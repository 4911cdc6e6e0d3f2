import type { z } from 'zod';

import type { OperationInput } from '../../../aws/operation.ts';
import { noSuchNamed } from '../iam-errors.ts';
import { existingRoleName, existingUserName, groupName } from '../iam-input.ts';
import type { IamParts } from './iam-operation.ts';

/** Users, groups and roles: what holds policies. Their operations differ by a word. */
export type EntityKind = {
  readonly word: 'user' | 'group' | 'role';
  /** In the names of operations: `PutGroupPolicy`. */
  readonly Word: 'User' | 'Group' | 'Role';
  readonly member: 'UserName' | 'GroupName' | 'RoleName';
  readonly name: z.ZodString;
  readonly table: 'iam_users' | 'iam_groups' | 'iam_roles';
  /** Characters of all inline policies together, white space not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  readonly maxInlineSize: number;
};

export const USER: EntityKind = {
  word: 'user',
  Word: 'User',
  member: 'UserName',
  name: existingUserName,
  table: 'iam_users',
  maxInlineSize: 2048,
};

export const GROUP: EntityKind = {
  word: 'group',
  Word: 'Group',
  member: 'GroupName',
  name: groupName,
  table: 'iam_groups',
  maxInlineSize: 5120,
};

export const ROLE: EntityKind = {
  word: 'role',
  Word: 'Role',
  member: 'RoleName',
  name: existingRoleName,
  table: 'iam_roles',
  maxInlineSize: 10_240,
};

export const KINDS: readonly EntityKind[] = [USER, GROUP, ROLE];

export type Entity = { readonly id: string; readonly name: string; readonly path: string };

/** The row of the user, group or role that the input names. Throws NoSuchEntity. */
export async function findEntity(
  { settings }: Pick<IamParts, 'settings'>,
  kind: EntityKind,
  name: string,
): Promise<Entity> {
  const row = await settings
    .selectFrom(kind.table)
    .select(['id', 'name', 'path'])
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  if (row === undefined) throw noSuchNamed(kind.word, name);
  return row;
}

/** `arn:aws:iam::1:group/path/name`. */
export function entityArn(
  accountId: string,
  word: EntityKind['word'] | 'policy',
  { path, name }: { readonly path: string; readonly name: string },
): string {
  return `arn:aws:iam::${accountId}:${word}${path}${name}`;
}

/** The ARN that the policies are asked about: of the one that the input names, as it is; by the name alone when there is none. */
export function entityResource({ accountId, directory }: IamParts, kind: EntityKind) {
  return (input: OperationInput): string => {
    const given = input[kind.member];
    const name = typeof given === 'string' ? given : '';
    return directory.arnOf(kind.word, name) ?? entityArn(accountId, kind.word, { path: '/', name });
  };
}
