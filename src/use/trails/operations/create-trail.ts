import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { encryptionOf } from '../encryption.ts';
import { checkTrailName, trailArn } from '../trail-name.ts';
import { trailByArn, trailsOfAccount, type Trail, type TrailSettings } from '../trail-store.ts';
import { checkLogGroup, checkLogGroupNames } from '../log-groups/check-log-group.ts';
import { trailAnswer } from './describe.ts';
import { giveToOrganization } from '../organizations/memberships.ts';
import { optionalFlag, optionalText, text } from './inputs.ts';
import { administeredOrganization } from './organization.ts';
import { checkQuota } from './quota.ts';
import { readTags, saveTags } from './tags.ts';
import { checkKey } from './check-key.ts';
import { checkTopic } from './check-topic.ts';
import { checkBucket, checkCombination, readTrailInput } from './trail-inputs.ts';
import type { TrailOperationDeps } from './deps.ts';

/** A trail that does not log until StartLogging: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html */
export async function createTrail(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const name = text(input, 'Name');
  checkTrailName(name);
  const organization =
    optionalFlag(input, 'IsOrganizationTrail') === true
      ? await administeredOrganization(deps, context)
      : undefined;
  // Also one that a delegated administrator makes is the management account's.
  const account = organization?.managementAccount ?? context.accountId;
  const asked = newTrail(deps, { name, input, account, region: context.region });
  checkLogGroupNames(asked);
  const tags = readTags(input);
  await checkRoom(deps, deps.settings, asked);
  const trail = { ...asked, kms_key: await checkKey(deps, asked, optionalText(input, 'KmsKeyId')) };
  await checkBucket(deps.buckets, {
    bucket: trail.bucket,
    keyPrefix: trail.key_prefix,
    trailArn: trail.arn,
    accountId: trail.account,
    kms: encryptionOf(trail),
    organization: organization?.id,
  });
  await checkTopic(deps.topics, trail);
  const owner = { organization: organization?.id ?? null };
  await checkLogGroup(deps.logGroups, { ...trail, ...owner }, context);
  if (organization !== undefined) await deps.refreshOrganizations();
  await deps.settings.transaction().execute(async (tx) => {
    await checkRoom(deps, tx, trail);
    await tx.insertInto('trails').values(trail).execute();
    await saveTags(tx, trail.id, tags);
    // It never was another's: whatever it logs is the organization's.
    if (organization !== undefined)
      await giveToOrganization(tx, trail.id, { organization: organization.id, from: 0 });
  });
  return { output: trailAnswer({ ...trail, ...owner }) };
}

function newTrail(
  deps: TrailOperationDeps,
  { name, input, account, region }: { name: string; input: OperationInput; account: string; region: string },
): Trail {
  const given = readTrailInput({ ...input, S3BucketName: input['S3BucketName'] ?? '' });
  const multiRegion = given.multiRegion ?? false;
  const globalEvents = given.globalEvents ?? true;
  checkCombination({ multiRegion, globalEvents });
  return {
    id: deps.newId(),
    arn: trailArn({ region, account, name }),
    account,
    home_region: region,
    name,
    bucket: given.bucket ?? '',
    key_prefix: given.keyPrefix ?? '',
    multi_region: Number(multiRegion),
    global_events: Number(globalEvents),
    validation: Number(given.validation ?? false),
    recursive_logging: Number(given.recursiveLogging ?? true),
    organization: null,
    selectors: null,
    insight_selectors: null,
    sns_topic: given.snsTopic || null,
    kms_key: null,
    logs_group: given.logsGroup || null,
    logs_role: given.logsRole || null,
    logging: 0,
    created_at: deps.clock.now(),
    ...NOTHING_YET,
  };
}

const NOTHING_YET = {
  deleted_at: null,
  started_at: null,
  stopped_at: null,
  delivered_at: null,
  delivery_error: null,
  attempted_at: null,
  digest_at: null,
  digest_error: null,
  notified_at: null,
  notify_attempted_at: null,
  notify_error: null,
  logs_delivered_at: null,
  logs_error: null,
};

async function checkRoom(deps: TrailOperationDeps, settings: TrailSettings, trail: Trail): Promise<void> {
  if ((await trailByArn(settings, trail.arn)) !== undefined) {
    throw new AwsError(
      'TrailAlreadyExistsException',
      `Trail ${trail.name} already exists for customer: ${trail.account}`,
    );
  }
  checkQuota(await trailsOfAccount(settings, trail.account), trail, deps.quotaTrails);
}
