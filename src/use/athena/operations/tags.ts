import { z } from 'zod';

import type { CallContext } from '../../../aws/operation.ts';
import { resourceNotFound } from '../athena-errors.ts';
import { checked, nextToken, pageOf, type Handle, type OperationDeps } from './athena-operation.ts';
import { athenaTags, readTags, saveTags, tagList } from './tag-list.ts';
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
  await athenaTags.drop(deps.settings, read.ResourceARN, read.TagKeys);
  return {};
};

export const listTagsForResource: Handle = async (deps, input, context) => {
  const read = checked(
    { ResourceARN, NextToken: nextToken.optional(), MaxResults: z.number().int().min(75).optional() },
    input,
  );
  context.authorize('athena:ListTagsForResource', read.ResourceARN);
  await own(deps, read.ResourceARN, context);
  const tags = await athenaTags.of(deps.settings, read.ResourceARN);
  const { page, NextToken } = pageOf(tags, ({ Key }) => Key, {
    NextToken: read.NextToken,
    most: read.MaxResults ?? 75,
  });
  return { Tags: page, NextToken };
};
