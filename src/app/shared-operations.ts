import { AwsError } from '../aws/errors.ts';
import type { Operation, OperationInput } from '../aws/operation.ts';

const OF_LAKE = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:(eventdatastore|channel|dashboard)\//;

type Chooses = (input: OperationInput) => boolean;

const namesLakeArn =
  (member: string): Chooses =>
  (input) => {
    const arn = input[member];
    return typeof arn === 'string' && OF_LAKE.test(arn);
  };
const isGiven = (input: OperationInput, member: string) =>
  input[member] !== undefined && input[member] !== null;
const namesStore: Chooses = (input) => isGiven(input, 'EventDataStore') && !isGiven(input, 'TrailName');

/** Operations that trails and resources of Lake have both, and how an input says whose it is. */
const SHARED: Readonly<Record<string, Chooses>> = {
  AddTags: namesLakeArn('ResourceId'),
  RemoveTags: namesLakeArn('ResourceId'),
  PutEventConfiguration: namesStore,
  GetEventConfiguration: namesStore,
  PutInsightSelectors: namesStore,
  GetInsightSelectors: namesStore,
};

/** One operation of each name: those that both have go to whose resource they name. */
export function joinOperations(
  trails: readonly Operation[],
  lake: readonly Operation[],
): readonly Operation[] {
  const byName = new Map(lake.map((operation) => [operation.name, operation]));
  const joined = trails.map((ofTrails) => {
    const ofLake = byName.get(ofTrails.name);
    if (ofLake === undefined) return ofTrails;
    byName.delete(ofTrails.name);
    if (ofTrails.name === 'ListTags') return joinListTags(ofTrails, ofLake);
    const isOfLake = SHARED[ofTrails.name];
    return isOfLake === undefined ? ofLake : chosen(ofTrails, ofLake, isOfLake);
  });
  return [...joined, ...byName.values()];
}

function chosen(ofTrails: Operation, ofLake: Operation, isOfLake: Chooses): Operation {
  const pick = (input: OperationInput) => (isOfLake(input) ? ofLake : ofTrails);
  return {
    ...ofTrails,
    resources: (input, context) => pick(input).resources?.(input, context) ?? ['*'],
    resourcePolicy: async (input, context) => pick(input).resourcePolicy?.(input, context),
    resourceAccount: async (input, context) => pick(input).resourceAccount?.(input, context),
    handle: (input, context) => pick(input).handle(input, context),
  };
}

/** ARNs of both may be asked about in one call; what is wrong with the rest of the input trails say. */
function joinListTags(ofTrails: Operation, ofLake: Operation): Operation {
  return {
    ...ofTrails,
    handle: async (input, context) => {
      const ids = Array.isArray(input['ResourceIdList']) ? (input['ResourceIdList'] as unknown[]) : [];
      if (ids.length > 20 || isGiven(input, 'NextToken') || !ids.some((id) => OF_LAKE.test(String(id))))
        return ofTrails.handle(input, context);
      const lists = [];
      for (const id of ids) {
        const operation = OF_LAKE.test(String(id)) ? ofLake : ofTrails;
        const { output } = await operation.handle({ ResourceIdList: [id] }, context);
        const [list] = (output?.['ResourceTagList'] ?? []) as readonly unknown[];
        if (list === undefined)
          throw new AwsError('ResourceNotFoundException', `Unknown resource: ${String(id)}`);
        lists.push(list);
      }
      return { output: { ResourceTagList: lists } };
    },
  };
}
