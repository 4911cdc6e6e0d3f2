import { ROLE_ARN } from '../../../../aws/arn.ts';
import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { messageOf } from '../../../../base/errors.ts';
import { newEventId } from '../../../../base/ids.ts';
import { readLocation } from '../import-source.ts';
import { addImport, findImport, isUnderWay, reopenImport } from '../import-store.ts';
import type { ImportRow } from '../settings.ts';
import type { ImportOperationDeps } from './deps.ts';
import { badSource, importOf, invalid, optionalText, optionalTime, shown } from './inputs.ts';
import { shownImport } from './read-imports.ts';

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d$/;

/**
 * A new import, or with ImportId one that failed or was stopped, from where it was.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartImport.html
 */
export async function startImport(
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const given = (member: string) => input[member] !== undefined && input[member] !== null;
  const row = given('ImportId') ? await again(deps, input, context) : await anew(deps, input, context);
  deps.begin(row.id);
  return { output: shownImport(row) };
}

async function again(
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<ImportRow> {
  const odd = ['Destinations', 'ImportSource', 'StartEventTime', 'EndEventTime'].find(
    (member) => input[member] !== undefined && input[member] !== null,
  );
  if (odd !== undefined) throw invalid(`${odd} cannot be given together with ImportId.`);
  const row = await importOf(deps, input, context);
  if (isUnderWay(row.status)) throw ongoing(context);
  if (row.status === 'COMPLETED')
    throw invalid(`The import ${row.id} is COMPLETED: only one that failed or was stopped can be retried.`);
  context.authorize('cloudtrail:StartImport', row.store_arn);
  await deps.stores.target(row.store_arn, placeOf(context));
  await checkAccess(deps, row, context);
  if (!(await reopenImport(deps, row))) throw ongoing(context);
  return (await findImport(deps, row.id)) ?? row;
}

async function anew(
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<ImportRow> {
  const { start, end } = timesOf(input);
  const source = sourceOf(input);
  const { arn } = await deps.stores.target(destinationOf(input), placeOf(context));
  const now = deps.clock.now();
  const row: ImportRow = {
    id: newEventId(),
    account: context.accountId,
    region: context.region,
    store_arn: arn,
    ...source,
    start_time: start ?? null,
    end_time: end ?? null,
    status: 'INITIALIZING',
    created_at: now,
    updated_at: now,
    prefixes_found: 0,
    prefixes_completed: 0,
    files: 0,
    events: 0,
    pending_through: null,
    pending_events: 0,
  };
  await checkAccess(deps, row, context);
  if (!(await addImport(deps, row))) throw ongoing(context);
  return row;
}

function placeOf({ accountId, region }: CallContext) {
  return { account: accountId, region };
}

function destinationOf(input: OperationInput): string {
  const given: unknown = input['Destinations'];
  if (!Array.isArray(given)) throw invalid('Destinations is required for a new import.');
  const [only, ...more] = given as unknown[];
  if (typeof only !== 'string' || more.length > 0)
    throw invalid('Destinations must be one ARN of an event data store.');
  return only;
}

function timesOf(input: OperationInput) {
  const start = optionalTime(input, 'StartEventTime');
  const end = optionalTime(input, 'EndEventTime');
  if (start !== undefined && end !== undefined && start > end)
    throw invalid('StartEventTime must not be later than EndEventTime.');
  return { start, end };
}

type Json = Readonly<Record<string, unknown>>;

function sourceOf(input: OperationInput): Pick<ImportRow, 'uri' | 'bucket_region' | 'role_arn'> {
  const source = input['ImportSource'] as { readonly S3?: Json } | undefined | null;
  if (source === undefined || source === null) throw invalid('ImportSource is required for a new import.');
  const s3: Json = source.S3 ?? {};
  const uri = optionalText(s3, 'S3LocationUri') ?? '';
  const region = optionalText(s3, 'S3BucketRegion') ?? '';
  const role = optionalText(s3, 'S3BucketAccessRoleArn') ?? '';
  if (readLocation(uri) === undefined)
    throw badSource(`S3LocationUri must be s3://BUCKET[/PREFIX/] (got ${shown(uri)}).`);
  if (!REGION.test(region)) throw badSource(`S3BucketRegion must name a region (got ${shown(region)}).`);
  if (!ROLE_ARN.test(role))
    throw badSource(`S3BucketAccessRoleArn must be the ARN of a role (got ${shown(role)}).`);
  return { uri, bucket_region: region, role_arn: role };
}

/** Whether the caller may hand the role to CloudTrail, and the role read the files. */
async function checkAccess(deps: ImportOperationDeps, row: ImportRow, context: CallContext): Promise<void> {
  const location = readLocation(row.uri);
  if (location === undefined) throw badSource(`S3LocationUri must be s3://BUCKET[/PREFIX/].`);
  const { bucket, prefix } = location;
  context.authorize('iam:PassRole', row.role_arn, { conditionKeys: { 'iam:PassedToService': CLOUDTRAIL } });
  const actions = [
    { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` },
    { action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${prefix}*` },
  ];
  const source = { arn: row.store_arn, accountId: row.account };
  const may = deps.roles?.checkServiceRole({ roleArn: row.role_arn, service: CLOUDTRAIL, source, actions });
  if (may === 'untrusted')
    throw badSource(`CloudTrail may not assume ${row.role_arn}: check the role and its trust policy.`);
  if (may === 'denied')
    throw badSource(`${row.role_arn} allows no s3:ListBucket and s3:GetObject on ${row.uri}.`);
  await checkBucket(deps, row, { bucket, prefix });
}

async function checkBucket(
  { buckets }: ImportOperationDeps,
  row: ImportRow,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<void> {
  try {
    const { account, role_arn: principal, bucket_region: region } = row;
    await buckets.checkRead({ bucket, prefix, account, principal, region });
  } catch (cause) {
    if (cause instanceof AwsError && cause.status >= 500) throw cause;
    throw badSource(`${row.uri} cannot be read: ${messageOf(cause)}`, cause);
  }
}

function ongoing({ accountId }: CallContext): AwsError {
  return new AwsError(
    'AccountHasOngoingImportException',
    `The account ${accountId} has an import under way: one at a time.`,
  );
}
