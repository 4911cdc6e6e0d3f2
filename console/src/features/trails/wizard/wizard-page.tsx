import { useQuery } from '@tanstack/react-query';

import type { ApiClient } from '../../../aws/client.ts';
import { ApiError, isNotServed } from '../../../aws/errors.ts';
import { ErrorState } from '../../../parts/error-state.tsx';
import { Waiting } from '../../../parts/waiting.tsx';
import { formatHash } from '../../../routing/route.ts';
import { useConnection } from '../../../session/context.tsx';
import { PageLayout } from '../../../shell/page-layout.tsx';
import { describeOrganization } from '../../organization/organizations.ts';
import { draftOf } from '../selectors/selectors-draft.ts';
import type { Selectors } from '../selectors/event-selectors.ts';
import { getTrail, readOnlyReason, trailAggregation, trailTags } from '../trails.ts';
import { draftOfTrail, newDraft, type Draft, type Place } from './draft.ts';
import { TrailWizard } from './trail-wizard.tsx';

/** A new trail, or with `name` the same form for one that is there. */
export default function WizardPage({ name }: { readonly name: string | undefined }) {
  const { api, session } = useConnection();
  const { accountId, region } = session;
  const start = useQuery({
    queryKey: ['wizard', name],
    queryFn: async ({ signal }) => {
      const organization = await organizationOf(api, accountId, signal);
      const place: Place = { accountId, region, organization: organization.found };
      const before = name === undefined ? undefined : await draftBefore(api, session, { name, signal });
      return { place, before, noOrganization: organization.why };
    },
    gcTime: 0,
  });
  const title = name === undefined ? 'Create trail' : `Edit ${name}`;
  return (
    <PageLayout active="trails" title={title} contentType="wizard" crumbs={crumbsOf(name, title)}>
      {start.isPending && <Waiting what="the form" />}
      {start.isError && (
        <ErrorState
          error={start.error}
          what="The form"
          heading={title}
          action="cloudtrail:GetTrail"
          onRetry={() => void start.refetch()}
        />
      )}
      {start.data && <TrailWizard {...start.data} initial={start.data.before ?? newDraft({ accountId })} />}
    </PageLayout>
  );
}

function crumbsOf(name: string | undefined, title: string) {
  const trails = { text: 'Trails', href: '#/trails' };
  if (name === undefined) return [trails, { text: title, href: '#/create-trail' }];
  return [
    trails,
    { text: name, href: formatHash({ page: 'trail', name }) },
    { text: 'Edit', href: formatHash({ page: 'edit-trail', name }) },
  ];
}

async function draftBefore(
  api: ApiClient,
  session: { readonly accountId: string; readonly region: string },
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<Draft> {
  const trail = await getTrail(api, name, signal);
  const reason = readOnlyReason(trail, session);
  if (reason !== undefined)
    throw new ApiError({ code: 'InvalidHomeRegionException', message: reason, status: 400 });
  const [selectors, aggregation, tags] = await Promise.all([
    api.cloudtrail('GetEventSelectors', { TrailName: trail.arn }, signal),
    trailAggregation(api, trail.arn, signal).catch(noneWhereNotServed),
    trailTags(api, trail.arn, signal),
  ]);
  return draftOfTrail(trail, { selectors: draftOf(readSelectors(selectors)), aggregation, tags });
}

function readSelectors(answer: Readonly<Record<string, unknown>>): Selectors {
  const { AdvancedEventSelectors: advanced, EventSelectors: basic } = answer as Partial<
    Record<'AdvancedEventSelectors' | 'EventSelectors', never[]>
  >;
  return advanced && advanced.length > 0
    ? { AdvancedEventSelectors: advanced }
    : { EventSelectors: basic ?? [] };
}

function noneWhereNotServed(error: unknown): readonly string[] {
  if (isNotServed(error)) return [];
  throw error;
}

/** The organization that the account may make trails for, or why there is none. */
async function organizationOf(
  api: ApiClient,
  accountId: string,
  signal: AbortSignal,
): Promise<{ readonly found: Place['organization']; readonly why: string | undefined }> {
  try {
    const { id, managementAccount } = await describeOrganization(api, signal);
    const found = { id, managementAccount };
    const why =
      managementAccount === accountId
        ? undefined
        : `For the management account ${managementAccount} and delegated administrators; ${accountId} may not be one.`;
    return { found, why: why && (await isDelegated(api, accountId, signal)) ? undefined : why };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 0) throw error;
    if (error.code === 'AWSOrganizationsNotInUseException')
      return { found: undefined, why: 'This account is in no organization.' };
    const { code, message } = error;
    const said = isNotServed(error) ? message : `${code}: ${message}`;
    return { found: undefined, why: `Not available here: ${said}` };
  }
}

async function isDelegated(api: ApiClient, accountId: string, signal: AbortSignal): Promise<boolean> {
  try {
    const input = { ServicePrincipal: 'cloudtrail.amazonaws.com' };
    const answer = await api.json('organizations', 'ListDelegatedAdministrators', input, signal);
    const list = answer['DelegatedAdministrators'];
    return Array.isArray(list) && list.some(({ Id }: { Id?: unknown }) => Id === accountId);
  } catch {
    // Who may not ask is none, or will be told by CreateTrail.
    return false;
  }
}
