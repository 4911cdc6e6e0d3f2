import type { Operation } from '../../../aws/operation.ts';
import { noSuchEntity } from '../iam-errors.ts';
import { accountAlias, page, paging } from '../iam-input.ts';
import { iamOperation, type IamParts } from './iam-operation.ts';

/** The one alias an account may have; a name to sign in with instead of the account's number. */
export function accountAliasOperations(parts: IamParts): Operation[] {
  return [
    createAccountAliasOperation(parts),
    listAccountAliasesOperation(parts),
    deleteAccountAliasOperation(parts),
  ];
}

function createAccountAliasOperation(parts: IamParts): Operation {
  return iamOperation('CreateAccountAlias', {
    input: { AccountAlias: accountAlias },
    resource: () => '*',
    handle: async (input) => {
      await parts.settings
        .insertInto('iam_account')
        .values({ key: 'alias', value: input.AccountAlias })
        .onConflict((on) => on.column('key').doUpdateSet({ value: input.AccountAlias }))
        .execute();
    },
  });
}

function listAccountAliasesOperation(parts: IamParts): Operation {
  return iamOperation('ListAccountAliases', {
    input: paging,
    resource: () => '*',
    handle: async (input) => {
      const rows = await parts.settings
        .selectFrom('iam_account')
        .select('value')
        .where('key', '=', 'alias')
        .execute();
      const shown = page(rows, (row) => row.value, input);
      return { AccountAliases: shown.items.map((row) => row.value), ...shown.paging };
    },
  });
}

function deleteAccountAliasOperation(parts: IamParts): Operation {
  return iamOperation('DeleteAccountAlias', {
    input: { AccountAlias: accountAlias },
    resource: () => '*',
    handle: async (input) => {
      const done = await parts.settings
        .deleteFrom('iam_account')
        .where('key', '=', 'alias')
        .where('value', '=', input.AccountAlias)
        .executeTakeFirst();
      if (done.numDeletedRows !== 1n)
        throw noSuchEntity(`The account alias ${input.AccountAlias} cannot be found.`);
    },
  });
}
