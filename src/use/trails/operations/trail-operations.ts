import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import type { TrailOperationDeps } from './deps.ts';
import { deregisterDelegatedAdmin, registerDelegatedAdmin } from './delegated-admins.ts';
import { createTrail } from './create-trail.ts';
import { getEventConfiguration, putEventConfiguration } from './event-configuration.ts';
import { trailResource } from './find-trail.ts';
import { listPublicKeys } from './list-public-keys.ts';
import { deleteTrail, startLogging, stopLogging } from './logging.ts';
import { describeTrails, getTrail, getTrailStatus, listTrails } from './read-trails.ts';
import { getInsightSelectors, putInsightSelectors } from './insight-selectors.ts';
import { getEventSelectors, putEventSelectors } from './selectors.ts';
import { addTags, listTags, removeTags } from './tags.ts';
import { updateTrail } from './update-trail.ts';

type Handle = (
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
) => Promise<OperationOutput>;

/** Operation, who does it, and the member that names the trail (or its ARN) which the policies are asked about. */
const TABLE: readonly (readonly [name: string, handle: Handle, trailMember?: string])[] = [
  ['CreateTrail', createTrail, 'Name'],
  ['UpdateTrail', updateTrail, 'Name'],
  ['DeleteTrail', deleteTrail, 'Name'],
  ['GetTrail', getTrail, 'Name'],
  ['GetTrailStatus', getTrailStatus, 'Name'],
  ['StartLogging', startLogging, 'Name'],
  ['StopLogging', stopLogging, 'Name'],
  ['DescribeTrails', describeTrails],
  ['ListTrails', listTrails],
  ['ListPublicKeys', listPublicKeys],
  ['AddTags', addTags, 'ResourceId'],
  ['RemoveTags', removeTags, 'ResourceId'],
  ['ListTags', listTags],
  ['PutEventSelectors', putEventSelectors, 'TrailName'],
  ['GetEventSelectors', getEventSelectors, 'TrailName'],
  ['PutInsightSelectors', putInsightSelectors, 'TrailName'],
  ['GetInsightSelectors', getInsightSelectors, 'TrailName'],
  ['PutEventConfiguration', putEventConfiguration, 'TrailName'],
  ['GetEventConfiguration', getEventConfiguration, 'TrailName'],
  ['RegisterOrganizationDelegatedAdmin', registerDelegatedAdmin],
  ['DeregisterOrganizationDelegatedAdmin', deregisterDelegatedAdmin],
];

/** The trail operations of `cloudtrail`: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html */
export function trailOperations(deps: TrailOperationDeps): Operation[] {
  const served = (name: string, handle: Handle, resources: Operation['resources']): Operation => ({
    service: 'cloudtrail',
    name,
    ...(resources === undefined ? {} : { resources }),
    handle: (input, context) => handle(deps, input, context),
  });
  return [
    ...TABLE.map(([name, handle, trailMember]) =>
      served(name, handle, trailMember === undefined ? undefined : trailResource(trailMember)),
    ),
  ];
}
