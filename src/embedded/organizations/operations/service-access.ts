import type { Operation } from '../../../aws/operation.ts';
import { managedOrganization, readableOrganization, type OrganizationsSettings } from '../directory.ts';
import { violated } from '../errors.ts';
import { page, paging, servicePrincipal } from '../input.ts';
import { organizationsOperation, type OrganizationsParts } from '../organizations-operation.ts';

/** Which services may look into the organization: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html */
export function serviceAccessOperations(parts: OrganizationsParts): Operation[] {
  const { settings, clock } = parts;
  return [
    organizationsOperation(parts, 'EnableAWSServiceAccess', {
      input: { ServicePrincipal: servicePrincipal },
      changes: true,
      handle: async ({ ServicePrincipal }, { accountId }) => {
        const { id, feature_set } = await managedOrganization(settings, accountId);
        if (feature_set !== 'ALL') {
          throw violated(
            'ORGANIZATION_NOT_IN_ALL_FEATURES_MODE',
            'Trusted access needs an organization that has all features enabled.',
          );
        }
        await enableAccess(settings, { organization: id, service: ServicePrincipal, now: clock.now() });
      },
    }),
    organizationsOperation(parts, 'DisableAWSServiceAccess', {
      input: { ServicePrincipal: servicePrincipal },
      changes: true,
      handle: async ({ ServicePrincipal }, { accountId }) => {
        const { id } = await managedOrganization(settings, accountId);
        await settings
          .deleteFrom('organization_service_access')
          .where('organization', '=', id)
          .where('service', '=', ServicePrincipal)
          .execute();
      },
    }),
    organizationsOperation(parts, 'ListAWSServiceAccessForOrganization', {
      input: paging,
      handle: async (input, { accountId }) => {
        const { id } = await readableOrganization(settings, accountId);
        const { items, next } = page(await accessOf(settings, id), ({ service }) => service, input);
        const EnabledServicePrincipals = items.map(({ service, enabled_at }) => ({
          ServicePrincipal: service,
          DateEnabled: new Date(enabled_at),
        }));
        return { EnabledServicePrincipals, NextToken: next };
      },
    }),
  ];
}

export function accessOf(settings: OrganizationsSettings, organization: string) {
  return settings
    .selectFrom('organization_service_access')
    .selectAll()
    .where('organization', '=', organization)
    .execute();
}

async function enableAccess(
  settings: OrganizationsSettings,
  { organization, service, now }: { organization: string; service: string; now: number },
): Promise<void> {
  await settings
    .insertInto('organization_service_access')
    .values({ organization, service, enabled_at: now })
    .onConflict((on) => on.columns(['organization', 'service']).doNothing())
    .execute();
}
