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
import type { SigningCredentials } from './sigv4/sign-request.ts';

const ServicePrincipal = 'cloudtrail.amazonaws.com';

export type OrganizationClientDeps = {
  /** `http://HOST:PORT`. */
  readonly endpoint: string;
  readonly region: string;
  /** Of the management account, or of a delegated administrator. */
  readonly credentials: SigningCredentials;
  /** Milliseconds that an answer may take; default 30,000. */
  readonly timeout?: number | undefined;
};

/**
 * The organization of the account whose key is given, of another Organizations by endpoint. Failures are AwsError with its own code
 * (`AccessDeniedException`); `ServiceUnavailable` when nobody answers.
 */
export function createOrganizationClient(deps: OrganizationClientDeps): OrganizationPort {
  const client = createClient(deps);
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

function createClient({ endpoint, region, credentials, timeout = 30_000 }: OrganizationClientDeps) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return new OrganizationsClient({
    endpoint,
    region,
    maxAttempts: 3,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    requestHandler: { connectionTimeout: 5000, requestTimeout: timeout, throwOnRequestTimeout: true },
  });
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
