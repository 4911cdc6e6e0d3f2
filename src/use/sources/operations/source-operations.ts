import { AwsError } from '../../../aws/errors.ts';
import type { CallContext } from '../../../aws/operation.ts';
import type { SourceRow } from '../settings.ts';
import { findSource, removeSource } from '../source-store.ts';
import { addFollowedSource } from './add-followed-source.ts';
import type { Json, SourceOperation, SourceOperationDeps } from './deps.ts';
import { checked, sourceName } from './inputs.ts';
import { shownInFull, shownSource } from './shown-source.ts';

export function sourceOperations(deps: SourceOperationDeps): readonly SourceOperation[] {
  return [
    { name: 'AddFollowedSource', handle: (input, context) => addFollowedSource(deps, input, context) },
    {
      name: 'ListFollowedSources',
      handle: async (input, context) => {
        checked({}, input);
        const rows = await deps.settings
          .selectFrom('followed_sources')
          .selectAll()
          .where('account', '=', context.accountId)
          .where('region', '=', context.region)
          .orderBy('name')
          .execute();
        return { FollowedSources: rows.map((row) => shownSource(deps, row)) };
      },
    },
    {
      name: 'DescribeFollowedSource',
      handle: async (input, context) => ({
        FollowedSource: await shownInFull(deps, await sourceOf(deps, input, context)),
      }),
    },
    {
      name: 'RemoveFollowedSource',
      handle: async (input, context) => {
        const { id } = await sourceOf(deps, input, context);
        await deps.unfollow(id);
        await removeSource(deps, id);
        return {};
      },
    },
  ];
}

/** Throws ValidationException, ResourceNotFoundException. */
async function sourceOf(deps: SourceOperationDeps, input: Json, context: CallContext): Promise<SourceRow> {
  const { Name: name } = checked({ Name: sourceName }, input);
  const row = await findSource(deps, { account: context.accountId, region: context.region, name });
  if (row === undefined)
    throw new AwsError('ResourceNotFoundException', `There is no followed source ${JSON.stringify(name)}.`, {
      status: 404,
    });
  return row;
}
