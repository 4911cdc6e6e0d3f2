import { z } from 'zod';

import type { CallContext } from '../../../aws/operation.ts';
import { resourceNotFound } from '../athena-errors.ts';
import { checked, nextToken, pageOf, type Handle, type OperationDeps } from './athena-operation.ts';
import { readTags, saveTags, tagList } from './tag-list.ts';
import { findWorkGroup } from './work-groups.ts';

const ResourceARN = z.string().min(1).max(1011);

/** Of workgroups. */
async function own(deps: Pick<OperationDeps, 'settings'>, arn: string, context: CallContext): Promise<void> {
  const prefix = `arn:aws:athena:${context.region}:${context.accountId}:workgroup/`;
  const found =
    arn.startsWith(prefix) &&
    (await findWorkGroup(deps, context, arn.slice(prefix.length)).catch(() => undefined)) !== undefined;
  if (!found) throw resourceNotFound(`There is no resource ${arn} here.`, arn);
}

export const tagResource: Handle = async (deps, input, context) => {
  const read = checked({ ResourceARN, Tags: tagList }, input);
  context.authorize('athena:TagResource', read.ResourceARN);
  const tags = readTags(read.Tags);
  await own(deps, read.ResourceARN, context);
  await deps.settings.transaction().execute((tx) => saveTags(tx, read.ResourceARN, tags));
  return {};
};

export const untagResource: Handle = async (deps, input, context) => {
  const read = checked({ ResourceARN, TagKeys: z.array(z.string().min(1).max(128)).max(200) }, input);
  context.authorize('athena:UntagResource', read.ResourceARN);
  await own(deps, read.ResourceARN, context);
  if (read.TagKeys.length > 0)
    await deps.settings
      .deleteFrom('athena_tags')
      .where('arn', '=', read.ResourceARN)
      .where('key', 'in', read.TagKeys)
      .execute();
  return {};
};

export const listTagsForResource: Handle = async (deps, input, context) => {
  const read = checked(
    { ResourceARN, NextToken: nextToken.optional(), MaxResults: z.number().int().min(75).optional() },
    input,
  );
  context.authorize('athena:ListTagsForResource', read.ResourceARN);
  await own(deps, read.ResourceARN, context);
  const tags = await deps.settings
    .selectFrom('athena_tags')
    .selectAll()
    .where('arn', '=', read.ResourceARN)
    .orderBy('key')
    .execute();
  const { page, NextToken } = pageOf(tags, ({ key }) => key, {
    NextToken: read.NextToken,
    most: read.MaxResults ?? 75,
  });
  return { Tags: page.map(({ key, value }) => ({ Key: key, Value: value })), NextToken };
};
