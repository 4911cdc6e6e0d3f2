import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { TAG_TEXT } from '../../../aws/tag-text.ts';
import { tagRows, type Tag } from '../../../store/settings/tag-rows.ts';
import { isArn } from '../trail-name.ts';
import type { TrailTables } from '../settings.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';
import { checkMayChange, findTrail } from './find-trail.ts';
import { optionalList, optionalText, text } from './inputs.ts';
import type { TrailOperationDeps } from './deps.ts';

const trailTags = tagRows<TrailTables>('trail_tags', 'trail_id');

const TAGS_AT_MOST = 50;
const RESOURCES_AT_MOST = 20;

/** Same key overwrites: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html */
export async function addTags(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await ownTrail(deps.settings, text(input, 'ResourceId'), context);
  const tags = readTags(withList(input));
  await deps.settings.transaction().execute((tx) => saveTags(tx, trail.id, tags));
  return {};
}

export async function removeTags(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await ownTrail(deps.settings, text(input, 'ResourceId'), context);
  const keys = readTags(withList(input)).map((tag) => tag.Key);
  await trailTags.drop(deps.settings, trail.id, keys);
  return {};
}

export async function listTags(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  // Everything comes on one page, so no token was ever given out.
  if (optionalText(input, 'NextToken'))
    throw new AwsError('InvalidTokenException', 'The specified NextToken is not valid.');
  const ids = optionalList(input, 'ResourceIdList') ?? [];
  if (ids.length > RESOURCES_AT_MOST) {
    throw new AwsError(
      'InvalidParameterException',
      `ResourceIdList may hold at most ${RESOURCES_AT_MOST} ARNs (got ${ids.length}).`,
    );
  }
  const lists = [];
  for (const id of ids) {
    const trail = await taggedTrail(deps.settings, String(id), context);
    lists.push({ ResourceId: trail.arn, TagsList: await trailTags.of(deps.settings, trail.id) });
  }
  return { output: { ResourceTagList: lists } };
}

/** Throws InvalidTagParameterException or TagsLimitExceededException. */
export function readTags(input: OperationInput): readonly Tag[] {
  const given = optionalList(input, 'TagsList') ?? [];
  const tags = given.map(readTag);
  const keys = new Set(tags.map((tag) => tag.Key));
  if (keys.size < tags.length) throw invalidTag('The tag keys in TagsList must be unique.');
  if (tags.length > TAGS_AT_MOST) throw tooMany();
  return tags;
}

/** Throws TagsLimitExceededException when the trail would have more than 50. */
export async function saveTags(
  settings: TrailSettings,
  trailId: string,
  tags: readonly Tag[],
): Promise<void> {
  if ((await trailTags.save(settings, trailId, tags)) > TAGS_AT_MOST) throw tooMany();
}

const OTHER_KINDS = /^arn:[^:]*:cloudtrail:[^:]*:\d{12}:(eventdatastore|channel|dashboard)\//;

/** Tags are asked for by ARN only. Throws CloudTrailARNInvalidException, ResourceTypeNotSupportedException, ResourceNotFoundException. */
async function taggedTrail(settings: TrailSettings, arn: string, context: CallContext): Promise<Trail> {
  const shown = arn.slice(0, 200);
  if (!isArn(arn)) {
    throw new AwsError('CloudTrailARNInvalidException', `ResourceId must be an ARN (got "${shown}").`);
  }
  if (!/^arn:[^:]*:cloudtrail:/.test(arn)) {
    throw new AwsError(
      'ResourceTypeNotSupportedException',
      `Resources of this type cannot be tagged: ${shown}`,
    );
  }
  if (OTHER_KINDS.test(arn)) throw unknownResource(arn);
  try {
    return await findTrail(settings, arn, context);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'TrailNotFoundException') throw unknownResource(arn);
    throw error;
  }
}

/**
 * The same to change its tags, which is done in its home region only; elsewhere it is ResourceNotFoundException, as the API has no other word
 * for it: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html
 */
async function ownTrail(settings: TrailSettings, arn: string, context: CallContext): Promise<Trail> {
  const trail = await taggedTrail(settings, arn, context);
  await checkMayChange(settings, trail, context);
  if (trail.home_region === context.region) return trail;
  throw new AwsError(
    'ResourceNotFoundException',
    `Trail ${trail.arn} can be tagged only in its home region ${trail.home_region}; the request was made in ${context.region}.`,
  );
}

function withList(input: OperationInput): OperationInput {
  if (optionalList(input, 'TagsList') === undefined) throw invalidTag('TagsList must be specified.');
  return input;
}

function unknownResource(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Unknown resource: ${arn.slice(0, 200)}`);
}

function readTag(given: unknown): Tag {
  const { Key: key, Value: value } = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  if (typeof key !== 'string' || key === '' || key.length > 128) {
    throw invalidTag('A tag key must have 1 to 128 characters.');
  }
  if (/^aws:/i.test(key))
    throw invalidTag(`Tag keys that start with "aws:" are reserved (got "${key.slice(0, 128)}").`);
  if (value !== undefined && value !== null && (typeof value !== 'string' || value.length > 256)) {
    throw invalidTag(`The value of tag "${key}" must be a text of at most 256 characters.`);
  }
  if (!TAG_TEXT.test(key) || !TAG_TEXT.test(value ?? ''))
    throw invalidTag(`Tag "${key}" has characters that are not allowed.`);
  return { Key: key, Value: value ?? '' };
}

function invalidTag(message: string): AwsError {
  return new AwsError('InvalidTagParameterException', message);
}

function tooMany(): AwsError {
  return new AwsError('TagsLimitExceededException', `A trail can have at most ${TAGS_AT_MOST} tags.`);
}
