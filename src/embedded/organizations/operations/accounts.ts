import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { Operation } from '../../../aws/operation.ts';
import { randomAccountId, randomLowerAlnum } from '../../../base/ids.ts';
import {
  accountIn,
  accountsOf,
  arnOf,
  managedOrganization,
  readableOrganization,
  type AccountRow,
  type OrganizationRow,
  type OrganizationsSettings,
} from '../directory.ts';
import { violated } from '../errors.ts';
import { accountId, accountName, email, page, paging, parentId, roleName, tags } from '../input.ts';
import { organizationsOperation, type OrganizationsParts } from '../organizations-operation.ts';
import { saveTags } from './tags.ts';
import { checkParent } from './units.ts';

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html */
const ACCESS_ROLE = 'OrganizationAccountAccessRole';

export function accountOperations(parts: OrganizationsParts): Operation[] {
  return [
    listAccounts(parts),
    describeAccount(parts),
    listAccountsForParent(parts),
    createAccount(parts),
    describeCreateAccountStatus(parts),
    listCreateAccountStatus(parts),
    closeAccount(parts),
  ];
}

function listAccounts(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'ListAccounts', {
    input: paging,
    handle: async (input, context) => {
      const organization = await readableOrganization(parts.settings, context.accountId);
      const { items, next } = page(await accountsOf(parts.settings, organization.id), byAccount, input);
      return { Accounts: items.map((row) => accountShown(organization, row)), NextToken: next };
    },
  });
}

function describeAccount(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'DescribeAccount', {
    input: { AccountId: accountId },
    handle: async ({ AccountId }, context) => {
      const organization = await readableOrganization(parts.settings, context.accountId);
      const row = await accountIn(parts.settings, organization.id, AccountId);
      return { Account: accountShown(organization, row) };
    },
  });
}

function listAccountsForParent(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'ListAccountsForParent', {
    input: { ParentId: parentId, ...paging },
    handle: async ({ ParentId, ...input }, context) => {
      const organization = await readableOrganization(parts.settings, context.accountId);
      await checkParent(parts.settings, organization, ParentId);
      const rows = await accountsOf(parts.settings, organization.id);
      const { items, next } = page(
        rows.filter((row) => row.parent === ParentId),
        byAccount,
        input,
      );
      return { Accounts: items.map((row) => accountShown(organization, row)), NextToken: next };
    },
  });
}

/**
 * Makes an account that can be used at once: with `opentrail env --account`, and as in AWS by the role that the management account may assume.
 * An e-mail that is taken makes the request fail, not the call.
 */
function createAccount(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'CreateAccount', {
    input: {
      Email: email,
      AccountName: accountName,
      RoleName: roleName.optional(),
      IamUserAccessToBilling: z.enum(['ALLOW', 'DENY']).optional(),
      Tags: tags.optional(),
    },
    changes: true,
    handle: async (input, context) => {
      const now = parts.clock.now();
      return parts.settings.transaction().execute(async (tx) => {
        const organization = await managedOrganization(tx, context.accountId);
        const isTaken = await hasEmail(tx, input.Email);
        const account = isTaken ? null : await freeAccountId(tx, parts.accountId);
        const request = {
          id: `car-${randomLowerAlnum(32)}`,
          organization: organization.id,
          account_name: input.AccountName,
          account,
          failure: isTaken ? 'EMAIL_ALREADY_EXISTS' : null,
          requested_at: now,
          completed_at: now,
        };
        await tx.insertInto('organization_account_requests').values(request).execute();
        if (account !== null) {
          await tx
            .insertInto('organization_accounts')
            .values({
              account,
              organization: organization.id,
              name: input.AccountName,
              email: input.Email,
              status: 'ACTIVE',
              joined_method: 'CREATED',
              joined_at: now,
              parent: organization.root_id,
            })
            .execute();
          await tx
            .insertInto('organization_made_accounts')
            .values({
              account,
              request_id: request.id,
              organization: organization.id,
              made_by: context.accountId,
              role_name: input.RoleName ?? ACCESS_ROLE,
            })
            .execute();
          await saveTags(tx, { organization: organization.id, resource: account }, input.Tags ?? []);
        }
        return { CreateAccountStatus: statusShown(request) };
      });
    },
  });
}

function describeCreateAccountStatus(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'DescribeCreateAccountStatus', {
    input: { CreateAccountRequestId: z.string().regex(/^car-[a-z0-9]{8,32}$/) },
    handle: async ({ CreateAccountRequestId }, context) => {
      const { id } = await readableOrganization(parts.settings, context.accountId);
      const request = (await requestsOf(parts.settings, id)).find((row) => row.id === CreateAccountRequestId);
      if (request === undefined) {
        throw new AwsError(
          'CreateAccountStatusNotFoundException',
          "You specified a request that doesn't exist.",
        );
      }
      return { CreateAccountStatus: statusShown(request) };
    },
  });
}

function listCreateAccountStatus(parts: OrganizationsParts): Operation {
  const state = z.enum(['IN_PROGRESS', 'SUCCEEDED', 'FAILED']);
  return organizationsOperation(parts, 'ListCreateAccountStatus', {
    input: { States: z.array(state).optional(), ...paging },
    handle: async ({ States, ...input }, context) => {
      const { id } = await readableOrganization(parts.settings, context.accountId);
      const all = (await requestsOf(parts.settings, id)).map(statusShown);
      const wanted = all.filter(({ State }) => States === undefined || States.includes(State));
      const { items, next } = page(wanted, ({ Id }) => Id, input);
      return { CreateAccountStatuses: items, NextToken: next };
    },
  });
}

/** It stays in the organization, and nobody enters it by its role any more. */
function closeAccount(parts: OrganizationsParts): Operation {
  return organizationsOperation(parts, 'CloseAccount', {
    input: { AccountId: accountId },
    handle: async ({ AccountId }, context) => {
      await parts.settings.transaction().execute(async (tx) => {
        const { id } = await managedOrganization(tx, context.accountId);
        const row = await accountIn(tx, id, AccountId);
        if (AccountId === context.accountId)
          throw violated('CANNOT_CLOSE_MANAGEMENT_ACCOUNT', 'You cannot close the management account.');
        if (row.status === 'SUSPENDED')
          throw new AwsError('AccountAlreadyClosedException', 'The provided account is already closed.');
        await tx
          .updateTable('organization_accounts')
          .set({ status: 'SUSPENDED' })
          .where('account', '=', AccountId)
          .execute();
      });
    },
  });
}

async function hasEmail(settings: OrganizationsSettings, address: string): Promise<boolean> {
  const row = await settings
    .selectFrom('organization_accounts')
    .select('account')
    .where('email', '=', address)
    .executeTakeFirst();
  return row !== undefined;
}

async function freeAccountId(settings: OrganizationsSettings, home: string): Promise<string> {
  for (;;) {
    const id = randomAccountId();
    const taken = await settings
      .selectFrom('organization_accounts')
      .select('account')
      .where('account', '=', id)
      .union(settings.selectFrom('organization_made_accounts').select('account').where('account', '=', id))
      .executeTakeFirst();
    if (taken === undefined && id !== home) return id;
  }
}

type RequestRow = Awaited<ReturnType<typeof requestsOf>>[number];

function requestsOf(settings: OrganizationsSettings, organization: string) {
  return settings
    .selectFrom('organization_account_requests')
    .selectAll()
    .where('organization', '=', organization)
    .execute();
}

function byAccount({ account }: AccountRow): string {
  return account;
}

function accountShown(organization: OrganizationRow, row: AccountRow): Record<string, unknown> {
  return {
    Id: row.account,
    Arn: arnOf(organization, 'account', row.account),
    Email: row.email,
    Name: row.name,
    Status: row.status,
    State: row.status === 'ACTIVE' ? 'ACTIVE' : 'SUSPENDED',
    JoinedMethod: row.joined_method,
    JoinedTimestamp: new Date(row.joined_at),
  };
}

function statusShown(row: RequestRow) {
  return {
    Id: row.id,
    AccountName: row.account_name,
    State: row.account === null ? ('FAILED' as const) : ('SUCCEEDED' as const),
    RequestedTimestamp: new Date(row.requested_at),
    CompletedTimestamp: new Date(row.completed_at),
    ...(row.account === null ? {} : { AccountId: row.account }),
    ...(row.failure === null ? {} : { FailureReason: row.failure }),
  };
}
