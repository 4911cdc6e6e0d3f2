import { useQuery } from '@tanstack/react-query';

import { useConnection } from '../../session/context.tsx';
import { describeOrganization } from '../organization/organizations.ts';
import type { Place } from './digests/digest-keys.ts';
import type { Trail } from './trails.ts';

/** Where the trail's files of the session's account are; undefined while the organization's id is asked. */
export function usePlace(trail: Trail): Place | undefined {
  const { api, session } = useConnection();
  const organization = useQuery({
    queryKey: ['organization'],
    enabled: trail.organization,
    queryFn: ({ signal }) => describeOrganization(api, signal),
  });
  if (trail.organization && organization.isPending) return undefined;
  return { ...trail, accountId: session.accountId, organizationId: organization.data?.id };
}
