import {
  DeregisterDelegatedAdministratorCommand,
  DescribeOrganizationCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAWSServiceAccessForOrganization,
  paginateListDelegatedAdministrators,
  RegisterDelegatedAdministratorCommand,
} from '@aws-sdk/client-organizations';

import { AwsError } from './errors.ts';
import type { Organization, OrganizationPort } from './ports.ts';
import { told } from './sdk-error.ts';
import { clientOptions, type ServiceEndpoint } from './service-client.ts';

const ServicePrincipal = 'cloudtrail.amazonaws.com';

/** With credentials of the management account, or of a delegated administrator. */
export type OrganizationClientDeps = ServiceEndpoint & { readonly region: string };

/**
 * The organization of the account whose key is given, of another Organizations by endpoint. Failures are AwsError with its own code
 * (`AccessDeniedException`); `ServiceUnavailable` when nobody answers.
 */
export function createOrganizationClient(deps: OrganizationClientDeps): OrganizationPort {
  const client = new OrganizationsClient({ ...clientOptions(deps, deps.region), maxAttempts: 3 });
  const read = () => readOrganization(client);
  return {
    of: async (account) => {
      const organization = await read();
      return organization?.accounts.includes(account) === true ? organization : undefined;
    },
    all: async () => {
      const organization = await read();
      return organization === undefined ? [] : [organization];
    },
    registerAdministrator: async ({ account: AccountId }) => {
      await told(client.send(new RegisterDelegatedAdministratorCommand({ AccountId, ServicePrincipal })));
    },
    deregisterAdministrator: async ({ account: AccountId }) => {
      await told(client.send(new DeregisterDelegatedAdministratorCommand({ AccountId, ServicePrincipal })));
    },
  };
}

async function readOrganization(client: OrganizationsClient): Promise<Organization | undefined> {
  try {
    const { Organization: found } = await told(client.send(new DescribeOrganizationCommand({})));
    if (found?.Id === undefined) return undefined;
    const accounts = await told(listed(paginateListAccounts({ client }, {}), (page) => page.Accounts));
    const access = await told(
      listed(
        paginateListAWSServiceAccessForOrganization({ client }, {}),
        (page) => page.EnabledServicePrincipals,
      ),
    );
    const administrators = await readAdministrators(client);
    return {
      id: found.Id,
      managementAccount: found.MasterAccountId ?? '',
      allFeatures: found.FeatureSet === 'ALL',
      accounts: accounts.map(({ Id }) => Id ?? ''),
      trustsCloudTrail: access.some((service) => service.ServicePrincipal === ServicePrincipal),
      administrators,
    };
  } catch (error) {
    if (error instanceof AwsError && error.code === 'AWSOrganizationsNotInUseException') return undefined;
    throw error;
  }
}

/** Stand-ins of Organizations (moto, LocalStack) refuse CloudTrail as a service that nobody administers: nobody does. */
async function readAdministrators(client: OrganizationsClient): Promise<string[]> {
  const pages = paginateListDelegatedAdministrators({ client }, { ServicePrincipal });
  try {
    const administrators = await told(listed(pages, (page) => page.DelegatedAdministrators));
    return administrators.map(({ Id }) => Id ?? '');
  } catch (error) {
    if (error instanceof AwsError && error.code === 'InvalidInputException') return [];
    throw error;
  }
}

async function listed<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
}
