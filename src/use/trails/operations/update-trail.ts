import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { encryptionOf } from '../encryption.ts';
import { moveNotices } from '../notices/notices.ts';
import { checkLogGroup, checkLogGroupNames } from '../log-groups/check-log-group.ts';
import { moveLogWindow } from '../log-groups/log-windows.ts';
import { trailsOfAccount, type Trail, type TrailSettings } from '../trail-store.ts';
import { trailAnswer } from './describe.ts';
import { giveToOrganization, takeFromOrganization } from '../organizations/memberships.ts';
import { findOwnTrail, trailNamed } from './find-trail.ts';
import { administeredOrganization, notMaster } from './organization.ts';
import { checkQuota } from './quota.ts';
import { checkKey } from './check-key.ts';
import { checkTopic } from './check-topic.ts';
import { checkBucket, checkCombination, readTrailInput, type TrailInput } from './trail-inputs.ts';
import type { TrailOperationDeps } from './deps.ts';

/** Changes what is given, logging or not: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html */
export async function updateTrail(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = readTrailInput(input);
  const before = await findOwnTrail(deps.settings, trailNamed(input), context);
  const asked = changed(before, given);
  checkLogGroupNames(asked);
  // A bucket that is new to it may be in another region.
  const keyId = given.kmsKeyId ?? (given.bucket === undefined ? undefined : (before.kms_key ?? undefined));
  const kmsKey = await checkKey(deps, asked, keyId);
  const wanted = { ...asked, kms_key: kmsKey };
  const joining = await joinedOrganization(deps, { before, given, context });
  const isMoved = given.bucket !== undefined || given.keyPrefix !== undefined || joining !== undefined;
  if (isMoved || kmsKey !== before.kms_key) {
    await checkBucket(deps.buckets, {
      bucket: wanted.bucket,
      keyPrefix: wanted.key_prefix,
      trailArn: before.arn,
      accountId: before.account,
      kms: encryptionOf(wanted),
      organization: joining ?? wanted.organization ?? undefined,
    });
  }
  if (given.snsTopic !== undefined) await checkTopic(deps.topics, wanted);
  if (given.logsGroup !== undefined || given.logsRole !== undefined)
    await checkLogGroup(deps.logGroups, { ...wanted, organization: joining ?? wanted.organization }, context);
  const after = await deps.settings.transaction().execute(async (tx) => {
    const found = await findOwnTrail(tx, before.arn, context);
    const trail = {
      ...changed(found, given),
      kms_key: given.kmsKeyId === undefined ? found.kms_key : kmsKey,
    };
    // Not for every change: the quota may have been lowered since.
    if (trail.multi_region === 1 && before.multi_region === 0)
      checkQuota(await trailsOfAccount(tx, trail.account), trail, deps.quotaTrails);
    await save(tx, trail);
    const organization = await moveOver(deps, tx, { trail, joining, given });
    if (given.snsTopic !== undefined) await moveNotices(tx, trail);
    const call = { eventId: context.eventId, now: deps.clock.now(), newId: deps.newId };
    await moveLogWindow(tx, found, trail, { head: deps.journal.head(), ...call });
    return { ...trail, organization };
  });
  await deps.dataSelection.refresh();
  deps.delivery.wake(after.id);
  return { output: trailAnswer(after) };
}

type Conversion = { readonly before: Trail; readonly given: TrailInput; readonly context: CallContext };

/** The organization that the trail is to become one of. Only the management account converts trails, either way. */
async function joinedOrganization(
  deps: TrailOperationDeps,
  { before, given, context }: Conversion,
): Promise<string | undefined> {
  if (given.organization === undefined || given.organization === (before.organization !== null))
    return undefined;
  const { accountId } = context;
  if (!given.organization) {
    if (before.account !== accountId) throw notMaster(accountId);
    return undefined;
  }
  const organization = await administeredOrganization(deps, context);
  if (organization.managementAccount !== accountId) throw notMaster(accountId);
  await deps.refreshOrganizations();
  return organization.id;
}

async function moveOver(
  { journal }: TrailOperationDeps,
  tx: TrailSettings,
  {
    trail,
    joining,
    given,
  }: { readonly trail: Trail; readonly joining: string | undefined; readonly given: TrailInput },
): Promise<string | null> {
  if (joining !== undefined && trail.organization === null) {
    await giveToOrganization(tx, trail.id, { organization: joining, from: journal.newest() + 1 });
    return joining;
  }
  if (given.organization !== false || trail.organization === null) return trail.organization;
  await takeFromOrganization(tx, trail, journal.newest);
  return null;
}

function changed(trail: Trail, given: TrailInput): Trail {
  const multiRegion = given.multiRegion ?? trail.multi_region === 1;
  const switched = multiRegion !== (trail.multi_region === 1);
  // Turning a trail to all regions switches global service events on, back to one region off, unless the caller says otherwise:
  // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
  const globalEvents = given.globalEvents ?? (switched ? multiRegion : trail.global_events === 1);
  checkCombination({ multiRegion, globalEvents });
  return {
    ...trail,
    bucket: given.bucket ?? trail.bucket,
    key_prefix: given.keyPrefix ?? trail.key_prefix,
    sns_topic: given.snsTopic === undefined ? trail.sns_topic : given.snsTopic || null,
    ...logGroupAfter(trail, given),
    multi_region: Number(multiRegion),
    global_events: Number(globalEvents),
    validation: given.validation === undefined ? trail.validation : Number(given.validation),
    recursive_logging:
      given.recursiveLogging === undefined ? trail.recursive_logging : Number(given.recursiveLogging),
  };
}

/** What was told of another group tells nothing of this one. */
function logGroupAfter(trail: Trail, { logsGroup, logsRole }: TrailInput) {
  const group = logsGroup === undefined ? trail.logs_group : logsGroup || null;
  return {
    logs_group: group,
    logs_role: logsRole === undefined ? trail.logs_role : logsRole || null,
    ...(group === trail.logs_group ? {} : { logs_error: null, logs_delivered_at: null }),
  };
}

async function save(tx: TrailSettings, trail: Trail): Promise<void> {
  const {
    bucket,
    key_prefix,
    sns_topic,
    multi_region,
    global_events,
    validation,
    recursive_logging,
    kms_key,
  } = trail;
  const { logs_group, logs_role, logs_error, logs_delivered_at } = trail;
  await tx
    .updateTable('trails')
    .set({
      bucket,
      key_prefix,
      sns_topic,
      multi_region,
      global_events,
      validation,
      recursive_logging,
      kms_key,
    })
    .where('id', '=', trail.id)
    .execute();
  await tx
    .updateTable('trails')
    .set({ logs_group, logs_role, logs_error, logs_delivered_at })
    .where('id', '=', trail.id)
    .execute();
  if (validation === 0) {
    await tx
      .updateTable('trail_digest_chains')
      .set({ state: 'closing' })
      .where('trail_id', '=', trail.id)
      .where('state', '=', 'open')
      .execute();
  }
}
