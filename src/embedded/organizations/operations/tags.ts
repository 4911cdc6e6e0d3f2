import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import {
  accountsOf,
  managedOrganization,
  readableOrganization,
  type OrganizationRow,
  type OrganizationsSettings,
} from '../directory.ts';
import { invalidInput, violated } from '../errors.ts';
import { tags } from '../input.ts';
import { organizationsOperation, type OrganizationsParts } from '../organizations-operation.ts';

const TAGS_AT_MOST = 50;

const resourceId = z.string().regex(/^(r-[0-9a-z]{4,32}|\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/);

/** Tags of accounts, units and the root. */
export function tagOperations(parts: OrganizationsParts): Operation[] {
  const { settings } = parts;
  return [
    organizationsOperation(parts, 'TagResource', {
      input: { ResourceId: resourceId, Tags: tags },
      handle: async ({ ResourceId, Tags }, { accountId }) => {
        await settings.transaction().execute(async (tx) => {
          const organization = await managedOrganization(tx, accountId);
          await checkTarget(tx, organization, ResourceId);
          await saveTags(tx, { organization: organization.id, resource: ResourceId }, Tags);
        });
      },
    }),
    organizationsOperation(parts, 'UntagResource', {
      input: { ResourceId: resourceId, TagKeys: z.array(z.string().min(1).max(128)) },
      handle: async ({ ResourceId, TagKeys }, { accountId }) => {
        const organization = await managedOrganization(settings, accountId);
        await checkTarget(settings, organization, ResourceId);
        if (TagKeys.length === 0) return;
        await settings
          .deleteFrom('organization_tags')
          .where('organization', '=', organization.id)
          .where('resource', '=', ResourceId)
          .where('key', 'in', TagKeys)
          .execute();
      },
    }),
    organizationsOperation(parts, 'ListTagsForResource', {
      // There are 50 at most: they come on one page.
      input: { ResourceId: resourceId, NextToken: z.undefined().optional() },
      handle: async ({ ResourceId }, { accountId }) => {
        const organization = await readableOrganization(settings, accountId);
        await checkTarget(settings, organization, ResourceId);
        const rows = await tagsOf(settings, { organization: organization.id, resource: ResourceId });
        return { Tags: rows.map(({ key, value }) => ({ Key: key, Value: value })) };
      },
    }),
  ];
}

type Tagged = { readonly organization: string; readonly resource: string };

/** Throws InvalidInputException or ConstraintViolationException. */
export async function saveTags(
  tx: OrganizationsSettings,
  tagged: Tagged,
  given: readonly z.output<typeof tags>[number][],
): Promise<void> {
  if (new Set(given.map(({ Key }) => Key)).size < given.length)
    throw invalidInput('You provided duplicate tag keys.', 'DUPLICATE_TAG_KEY');
  for (const { Key: key, Value: value } of given) {
    if (/^aws:/i.test(key))
      throw invalidInput(
        `Tag keys that start with "aws:" are reserved (got "${key}").`,
        'INVALID_SYSTEM_TAGS_PARAMETER',
      );
    await tx
      .insertInto('organization_tags')
      .values({ ...tagged, key, value })
      .onConflict((on) => on.columns(['organization', 'resource', 'key']).doUpdateSet({ value }))
      .execute();
  }
  if ((await tagsOf(tx, tagged)).length > TAGS_AT_MOST)
    throw violated('MAX_TAG_LIMIT_EXCEEDED', `A resource can have at most ${TAGS_AT_MOST} tags.`);
}

function tagsOf(settings: OrganizationsSettings, { organization, resource }: Tagged) {
  return settings
    .selectFrom('organization_tags')
    .select(['key', 'value'])
    .where('organization', '=', organization)
    .where('resource', '=', resource)
    .orderBy('key')
    .execute();
}

async function checkTarget(
  settings: OrganizationsSettings,
  { id: organization, root_id }: OrganizationRow,
  resource: string,
): Promise<void> {
  if (resource === root_id) return;
  const isAccount = (await accountsOf(settings, organization)).some(({ account }) => account === resource);
  const unit = await settings
    .selectFrom('organization_units')
    .select('id')
    .where('organization', '=', organization)
    .where('id', '=', resource)
    .executeTakeFirst();
  if (!isAccount && unit === undefined)
    throw new AwsError('TargetNotFoundException', "You specified a target that doesn't exist.");
}
