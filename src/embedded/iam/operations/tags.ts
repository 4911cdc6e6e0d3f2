import type { Transaction } from 'kysely';

import type { Operation } from '../../../aws/operation.ts';
import { AwsError } from '../../../aws/errors.ts';
import { limitExceeded } from '../iam-errors.ts';
import { page, paging, policyArn, tagKeys, tags } from '../iam-input.ts';
import type { IamTables } from '../settings.ts';
import { findEntity, ROLE, USER, type EntityKind } from './entity.ts';
import type { IamParts } from './iam-operation.ts';
import { ownedOperation, ownerOf, type Owner } from './owned-operation.ts';
import { findPolicy, policyResource } from './find-policy.ts';

export type Tag = { readonly Key: string; readonly Value: string };

const MAX_TAGS = 50;

/** Tags of users, roles and policies; of users and roles they are condition keys, `aws:PrincipalTag/…`. */
export function tagOperations(parts: IamParts): Operation[] {
  const named = (kind: EntityKind) => ({
    Word: kind.Word,
    owner: ownerOf(parts, kind),
    idOf: async (name: string) => (await findEntity(parts, kind, name)).id,
  });
  const ofPolicy = {
    Word: 'Policy',
    owner: { member: 'PolicyArn', schema: policyArn, resource: policyResource },
    idOf: async (arn: string) => (await findPolicy(parts, arn)).id,
  };
  return [named(USER), named(ROLE), ofPolicy].flatMap((tagged) => [
    tagOperation(parts, tagged),
    untagOperation(parts, tagged),
    listTagsOperation(parts, tagged),
  ]);
}

type Tagged = {
  readonly Word: string;
  readonly owner: Owner;
  readonly idOf: (name: string) => Promise<string>;
};

function tagOperation({ settings, directory }: IamParts, { Word, owner, idOf }: Tagged): Operation {
  return ownedOperation(`Tag${Word}`, owner, {
    input: { Tags: tags },
    handle: async (input, name) => {
      const id = await idOf(name);
      await settings.transaction().execute((trx) => addTags(trx, id, input.Tags));
      await directory.refresh(id);
    },
  });
}

function untagOperation({ settings, directory }: IamParts, { Word, owner, idOf }: Tagged): Operation {
  return ownedOperation(`Untag${Word}`, owner, {
    input: { TagKeys: tagKeys },
    handle: async (input, name) => {
      const id = await idOf(name);
      const keys = input.TagKeys.map((key) => key.toLowerCase());
      await settings
        .deleteFrom('iam_tags')
        .where('owner_id', '=', id)
        .where('key_lower', 'in', keys)
        .execute();
      await directory.refresh(id);
    },
  });
}

function listTagsOperation(parts: IamParts, { Word, owner, idOf }: Tagged): Operation {
  return ownedOperation(`List${Word}Tags`, owner, {
    input: paging,
    handle: async (input, name) => {
      const id = await idOf(name);
      const shown = page(await tagsOf(parts, id), (tag) => tag.Key.toLowerCase(), input);
      return { Tags: shown.items, ...shown.paging };
    },
  });
}

/** Throws InvalidInput for keys that are given twice or reserved, LimitExceeded beyond 50. Keys are one without regard to case. */
export async function addTags(
  trx: Transaction<IamTables>,
  ownerId: string,
  added: readonly Tag[],
): Promise<void> {
  if (added.length === 0) return;
  const lower = added.map(({ Key }) => Key.toLowerCase());
  if (new Set(lower).size < lower.length)
    throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  if (lower.some((key) => key.startsWith('aws:')))
    throw invalidInput('Tag keys beginning with aws: are reserved for system use.');
  const before = await trx.selectFrom('iam_tags').selectAll().where('owner_id', '=', ownerId).execute();
  const kept = before.filter(({ key_lower }) => !lower.includes(key_lower));
  if (kept.length + added.length > MAX_TAGS)
    throw limitExceeded(`The number of tags has reached the maximum limit.`);
  for (const { Key: key, Value: value } of added) {
    await trx
      .insertInto('iam_tags')
      .values({ owner_id: ownerId, key, key_lower: key.toLowerCase(), value })
      .onConflict((on) => on.columns(['owner_id', 'key_lower']).doUpdateSet({ key, value }))
      .execute();
  }
}

/** `Tags` where there are any, as the Get operations show them. */
export async function shownTags(
  parts: Pick<IamParts, 'settings'>,
  ownerId: string,
): Promise<{ Tags?: Tag[] }> {
  const found = await tagsOf(parts, ownerId);
  return found.length === 0 ? {} : { Tags: found };
}

async function tagsOf({ settings }: Pick<IamParts, 'settings'>, ownerId: string): Promise<Tag[]> {
  const rows = await settings.selectFrom('iam_tags').selectAll().where('owner_id', '=', ownerId).execute();
  return rows.map(({ key, value }) => ({ Key: key, Value: value }));
}

function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInput', message, { status: 400 });
}
