import type { PlannedCall as AnyCall, Input } from '../../../plan/planned-call.ts';
import { selectorsOf } from '../selectors/selectors-draft.ts';
import { DEFAULT_SELECTORS } from '../selectors/event-selectors.ts';
import type { Tag } from '../trails.ts';
import type { Draft, DraftField, Place } from './draft.ts';
import { planDestinations } from './plan-destinations.ts';
import { logGroupName, ownerOf, roleArn, topicValue } from './names.ts';

import type { PolicyDocument } from './policies.ts';

export type PlannedCall = AnyCall<DraftField>;

export type Planning = {
  readonly draft: Draft;
  readonly place: Place;
  /** As it was before; undefined for a new trail. */
  readonly before: Draft | undefined;
  /** Policy of the existing bucket, where it is known. */
  readonly bucketPolicy: PolicyDocument | undefined;
};

/** The calls that make the trail, or change it into what the form says, in their order. The form must be valid. */
export function planTrail(planning: Planning): readonly PlannedCall[] {
  const { draft, place, before } = planning;
  return [
    ...planDestinations(planning),
    ...(before ? updateTrail(draft, before, place) : [createTrail(draft, place)]),
    ...(before ? changeTags(draft, before, place) : []),
    ...putSelectors(draft, before),
    ...putAggregation(draft, before),
    ...(draft.start
      ? [
          call({
            operation: 'StartLogging',
            title: 'Start logging',
            field: 'name',
            input: { Name: draft.name },
          }),
        ]
      : []),
  ];
}

type Cloudtrail = Pick<PlannedCall, 'operation' | 'title' | 'field' | 'input'> & {
  readonly made?: string;
  readonly existsCodes?: readonly string[];
};

function call({ made, existsCodes = [], ...given }: Cloudtrail): PlannedCall {
  return { id: given.operation, service: 'cloudtrail', made, existsCodes, ...given };
}

function createTrail(draft: Draft, place: Place): PlannedCall {
  const members = membersOf(draft, place);
  const set = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''));
  return call({
    operation: 'CreateTrail',
    title: `Make the trail ${draft.name}`,
    made: `trail ${draft.name}`,
    field: 'name',
    existsCodes: ['TrailAlreadyExistsException'],
    input: {
      Name: draft.name,
      ...set,
      ...(writtenTags(draft).length > 0 ? { TagsList: tagsList(writtenTags(draft)) } : {}),
    },
  });
}

/** Only what changes: an empty text takes something away. */
function updateTrail(draft: Draft, before: Draft, place: Place): PlannedCall[] {
  const then: Input = withDefaults(membersOf(before, place));
  const now: Input = withDefaults(membersOf(draft, place));
  const changed = Object.keys(now).filter((member) => now[member] !== then[member]);
  if (changed.length === 0) return [];
  // A trail has both or none.
  const pair = ['CloudWatchLogsLogGroupArn', 'CloudWatchLogsRoleArn'];
  const members = changed.some((member) => pair.includes(member))
    ? [...new Set([...changed, ...pair])]
    : changed;
  const input = Object.fromEntries(members.map((member) => [member, now[member]]));
  return [
    call({
      operation: 'UpdateTrail',
      title: `Change the trail ${draft.name}`,
      field: 'name',
      input: { Name: draft.name, ...input },
    }),
  ];
}

function withDefaults(members: Input): Input {
  return { ...members, ...Object.fromEntries(Object.entries(ABSENT).filter(([name]) => !(name in members))) };
}

/** What a member means that CreateTrail is not told. */
const ABSENT: Input = {
  IsOrganizationTrail: false,
  IncludeGlobalServiceEvents: true,
  RecursiveLogging: true,
};

/** Members of CreateTrail and UpdateTrail; '' for none. Those with a default that everybody expects are left out while they have it. */
function membersOf(draft: Draft, place: Place): Input {
  const logs = draft.logsChoice !== 'none';
  return {
    S3BucketName: draft.bucket,
    S3KeyPrefix: draft.prefix,
    IsMultiRegionTrail: draft.multiRegion,
    ...(draft.multiRegion || draft.globalEvents ? {} : { IncludeGlobalServiceEvents: false }),
    ...(draft.organization ? { IsOrganizationTrail: true } : {}),
    EnableLogFileValidation: draft.validation,
    KmsKeyId: draft.kmsChoice === 'none' ? '' : draft.kmsChoice === 'new' ? `alias/${draft.kms}` : draft.kms,
    SnsTopicName: topicValue(draft),
    CloudWatchLogsLogGroupArn: logs ? `${logGroupName(draft, place).arn}:*` : '',
    CloudWatchLogsRoleArn: logs ? roleArn(draft, place) : '',
    ...(draft.recursive ? {} : { RecursiveLogging: false }),
  };
}

function putSelectors(draft: Draft, before: Draft | undefined): PlannedCall[] {
  const wanted = selectorsOf(draft.selectors);
  const had = before ? selectorsOf(before.selectors) : DEFAULT_SELECTORS;
  if (wanted === undefined || JSON.stringify(wanted) === JSON.stringify(had)) return [];
  const input = { TrailName: draft.name, ...wanted };
  return [call({ operation: 'PutEventSelectors', title: 'Say what it logs', field: 'selectors', input })];
}

function putAggregation(draft: Draft, before: Draft | undefined): PlannedCall[] {
  const had = before?.aggregation ?? [];
  const same = had.length === draft.aggregation.length && had.every((one) => draft.aggregation.includes(one));
  if (same) return [];
  const AggregationConfigurations =
    draft.aggregation.length === 0 ? [] : [{ EventCategory: 'Data', Templates: draft.aggregation }];
  return [
    call({
      operation: 'PutEventConfiguration',
      title: draft.aggregation.length === 0 ? 'Stop aggregating data events' : 'Aggregate data events',
      field: 'aggregation',
      input: { TrailName: draft.name, AggregationConfigurations },
    }),
  ];
}

function changeTags(draft: Draft, before: Draft, place: Place): PlannedCall[] {
  const arn = `arn:aws:cloudtrail:${place.region}:${ownerOf(draft, place).accountId}:trail/${draft.name}`;
  const tags = writtenTags(draft);
  const added = tags.filter(
    ({ key, value }) => !before.tags.some((tag) => tag.key === key && tag.value === value),
  );
  const gone = before.tags.filter(({ key }) => !tags.some((tag) => tag.key === key));
  const change = (operation: string, title: string, tags: readonly Tag[]) =>
    tags.length === 0
      ? []
      : [call({ operation, title, field: 'tags', input: { ResourceId: arn, TagsList: tagsList(tags) } })];
  return [...change('RemoveTags', 'Remove tags', gone), ...change('AddTags', 'Set tags', added)];
}

function writtenTags({ tags }: Draft): readonly Tag[] {
  return tags.filter(({ key }) => key !== '');
}

function tagsList(tags: readonly Tag[]): readonly object[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
