import type { AccountRoleSource } from '../../aws/sessions.ts';
import type { OrganizationsSettings } from './directory.ts';

/** The role in each account that CreateAccount made, for whoever made it; not in one that was closed. */
export function createMadeRoles(settings: OrganizationsSettings): AccountRoleSource {
  return {
    find: async (arn) => {
      const [, account = '', roleName = ''] = /^arn:aws:iam::(\d{12}):role\/([\w+=,.@-]+)$/.exec(arn) ?? [];
      const row = await settings
        .selectFrom('organization_made_accounts')
        .leftJoin(
          'organization_accounts',
          'organization_accounts.account',
          'organization_made_accounts.account',
        )
        .select(['organization_made_accounts.made_by', 'organization_accounts.status'])
        .where('organization_made_accounts.account', '=', account)
        .where('role_name', '=', roleName)
        .executeTakeFirst();
      if (row === undefined || row.status === 'SUSPENDED') return undefined;
      return { accountId: account, roleName, trustedAccount: row.made_by };
    },
  };
}
