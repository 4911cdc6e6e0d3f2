import type { Operation } from '../../../aws/operation.ts';
import { page, paging, pathPrefix } from '../iam-input.ts';
import type { EntityKind } from './entity.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';

/** ListUsers, ListGroups, ListRoles: those below a path, by name. */
export function listEntities<Row extends { readonly path: string; readonly name_key: string }>(
  { accountId }: Pick<IamParts, 'accountId'>,
  { word, Word }: EntityKind,
  { all, shown }: { readonly all: () => Promise<readonly Row[]>; readonly shown: (row: Row) => unknown },
): Operation {
  const below = (prefix: unknown) => (typeof prefix === 'string' ? prefix : '/');
  return iamOperation(`List${Word}s`, {
    input: { PathPrefix: pathPrefix.optional(), ...paging },
    resource: (input) => `arn:aws:iam::${accountId}:${word}${below(input['PathPrefix'])}`,
    handle: async (input) => {
      const within = (await all()).filter(({ path }) => path.startsWith(below(input.PathPrefix)));
      const listed = page(within, (row) => row.name_key, input);
      return { [`${Word}s`]: listed.items.map(shown), ...listed.paging };
    },
  });
}
