import type { ApiClient } from '../../aws/client.ts';
import { object, pages, text } from '../../aws/pages.ts';

type Api = Pick<ApiClient, 'json' | 'cloudtrail'>;

export type Organization = {
  readonly id: string;
  readonly arn: string;
  readonly managementAccount: string;
  readonly managementEmail: string;
  readonly allFeatures: boolean;
};

/** Times in milliseconds. */
export type Account = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** ACTIVE, SUSPENDED, PENDING_CLOSURE, … */
  readonly state: string;
  readonly joined: string;
  readonly joinedAt: number | undefined;
};

export const CLOUDTRAIL_PRINCIPAL = 'cloudtrail.amazonaws.com';

/** Rejects with AWSOrganizationsNotInUseException where the account is in none. */
export async function describeOrganization(api: Api, signal?: AbortSignal): Promise<Organization> {
  const answer = await api.json('organizations', 'DescribeOrganization', {}, signal);
  const found = object(answer['Organization']);
  return {
    id: text(found['Id']),
    arn: text(found['Arn']),
    managementAccount: text(found['MasterAccountId']),
    managementEmail: text(found['MasterAccountEmail']),
    allFeatures: found['FeatureSet'] === 'ALL',
  };
}

export async function listAccounts(api: Api, signal?: AbortSignal): Promise<readonly Account[]> {
  const asked = { service: 'organizations', operation: 'ListAccounts', list: 'Accounts' } as const;
  const accounts = await pages(api, asked, signal);
  return accounts.map((account) => ({
    id: text(account['Id']),
    name: text(account['Name']),
    email: text(account['Email']),
    state: text(account['State']) || text(account['Status']),
    joined: text(account['JoinedMethod']),
    joinedAt: typeof account['JoinedTimestamp'] === 'number' ? account['JoinedTimestamp'] * 1000 : undefined,
  }));
}

/** Ids of the accounts that administer CloudTrail for the organization. */
export async function delegatedAdministrators(api: Api, signal?: AbortSignal): Promise<readonly string[]> {
  const asked = {
    service: 'organizations',
    operation: 'ListDelegatedAdministrators',
    list: 'DelegatedAdministrators',
    input: { ServicePrincipal: CLOUDTRAIL_PRINCIPAL },
  } as const;
  return (await pages(api, asked, signal)).map(({ Id }) => text(Id));
}

/** Whether CloudTrail may act in the organization's accounts. */
export async function isTrusted(api: Api, signal?: AbortSignal): Promise<boolean> {
  const asked = {
    service: 'organizations',
    operation: 'ListAWSServiceAccessForOrganization',
    list: 'EnabledServicePrincipals',
  } as const;
  const services = await pages(api, asked, signal);
  return services.some(({ ServicePrincipal }) => ServicePrincipal === CLOUDTRAIL_PRINCIPAL);
}

export async function setTrusted(api: Api, trusted: boolean): Promise<void> {
  const operation = trusted ? 'EnableAWSServiceAccess' : 'DisableAWSServiceAccess';
  await api.json('organizations', operation, { ServicePrincipal: CLOUDTRAIL_PRINCIPAL });
}

export async function registerAdministrator(api: Api, accountId: string): Promise<void> {
  await api.cloudtrail('RegisterOrganizationDelegatedAdmin', { MemberAccountId: accountId });
}

export async function deregisterAdministrator(api: Api, accountId: string): Promise<void> {
  await api.cloudtrail('DeregisterOrganizationDelegatedAdmin', { DelegatedAdminAccountId: accountId });
}
