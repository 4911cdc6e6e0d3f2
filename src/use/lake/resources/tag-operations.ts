import { AwsError } from '../../../aws/errors.ts';
import type { Operation, OperationInput } from '../../../aws/operation.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import { findResource, type LakeResources } from './kinds.ts';
import type { LakeResourceTables } from './settings.ts';
import { lakeTags, readTags, saveTags } from './tags.ts';

export type TagDeps = {
  readonly settings: Settings<LakeResourceTables>;
  readonly resources: LakeResources;
};

/** Of resources of Lake; for those of trails see use/trails: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html */
export function tagOperations({ settings, resources }: TagDeps): Operation[] {
  const serve = (name: string, handle: Operation['handle'], named = true): Operation => ({
    service: 'cloudtrail',
    name,
    ...(named ? { resources: (input) => [textOf(input, 'ResourceId')] } : {}),
    handle,
  });
  return [
    serve('AddTags', async (input, context) => {
      const { arn } = await findResource(resources, textOf(input, 'ResourceId'), context);
      const tags = readTags(withList(input));
      await settings.transaction().execute((tx) => saveTags(tx, arn, tags));
      return {};
    }),
    serve('RemoveTags', async (input, context) => {
      const { arn } = await findResource(resources, textOf(input, 'ResourceId'), context);
      const keys = readTags(withList(input)).map(({ key }) => key);
      await lakeTags.drop(settings, arn, keys);
      return {};
    }),
    serve(
      'ListTags',
      async (input, context) => {
        const ids = (input['ResourceIdList'] ?? []) as readonly unknown[];
        const ResourceTagList = [];
        for (const id of ids) {
          const { arn } = await findResource(resources, String(id), context);
          ResourceTagList.push({ ResourceId: arn, TagsList: await lakeTags.of(settings, arn) });
        }
        return { output: { ResourceTagList } };
      },
      false,
    ),
  ];
}

function textOf(input: OperationInput, member: string): string {
  const value = input[member];
  return typeof value === 'string' ? value : '';
}

function withList(input: OperationInput): OperationInput {
  if (Array.isArray(input['TagsList'])) return input;
  throw new AwsError('InvalidTagParameterException', 'TagsList must be specified.');
}
