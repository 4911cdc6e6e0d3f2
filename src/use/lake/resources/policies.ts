import { AwsError } from '../../../aws/errors.ts';
import type {
  CallContext,
  Operation,
  OperationInput,
  OperationOutput,
  PolicyDocument,
} from '../../../aws/operation.ts';
import { validatePolicy } from '../../../aws/policy/validate-policy.ts';
import { findResource, lakeArn, type LakeResource, type LakeResources } from './kinds.ts';
import type { LakeResourceSettings } from './settings.ts';

export type PolicyDeps = {
  readonly settings: LakeResourceSettings;
  readonly resources: LakeResources;
};

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutResourcePolicy.html */
const MOST_CHARACTERS = 8192;

/** The policy that was put on a resource; undefined without one. */
export async function policyOf(
  settings: LakeResourceSettings,
  arn: string,
): Promise<PolicyDocument | undefined> {
  const row = await settings
    .selectFrom('lake_policies')
    .select('policy')
    .where('arn', '=', arn)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.policy) as PolicyDocument);
}

export async function dropPolicy(settings: LakeResourceSettings, arn: string): Promise<void> {
  await settings.deleteFrom('lake_policies').where('arn', '=', arn).execute();
}

/** Of event data stores, channels and dashboards; trails have none. */
export function policyOperations(deps: PolicyDeps): Operation[] {
  const { settings } = deps;
  const serve = (name: string, handle: Operation['handle']): Operation => ({
    service: 'cloudtrail',
    name,
    resources: policyResource,
    handle,
  });
  const get = async (arn: string): Promise<OperationOutput> => {
    const policy = await settings
      .selectFrom('lake_policies')
      .select('policy')
      .where('arn', '=', arn)
      .executeTakeFirst();
    if (policy === undefined) throw noPolicy(arn);
    return { output: { ResourceArn: arn, ResourcePolicy: policy.policy } };
  };
  return [
    serve('PutResourcePolicy', async (input, context) => {
      const arn = readArn(input);
      const policy = checkPolicy(input['ResourcePolicy'], arn);
      await find(deps, arn, context);
      await settings
        .insertInto('lake_policies')
        .values({ arn, policy })
        .onConflict((conflict) => conflict.column('arn').doUpdateSet({ policy }))
        .execute();
      return get(arn);
    }),
    serve('GetResourcePolicy', async (input, context) => {
      const arn = readArn(input);
      await find(deps, arn, context);
      return get(arn);
    }),
    serve('DeleteResourcePolicy', async (input, context) => {
      const arn = readArn(input);
      await find(deps, arn, context);
      await get(arn);
      await dropPolicy(settings, arn);
      return {};
    }),
  ];
}

async function find(
  { resources }: PolicyDeps,
  arn: string,
  context: Pick<CallContext, 'accountId' | 'region'>,
): Promise<LakeResource> {
  try {
    return await findResource(resources, arn, context);
  } catch (cause) {
    if (cause instanceof AwsError && /NotFoundException$/.test(cause.code))
      throw new AwsError('ResourceNotFoundException', `Unknown resource: ${arn.slice(0, 200)}`, { cause });
    throw cause;
  }
}

/** What the policies are asked about. */
function policyResource(input: OperationInput): readonly string[] {
  const arn = input['ResourceArn'];
  return [typeof arn === 'string' && lakeArn(arn) !== undefined ? arn : '*'];
}

const CLOUDTRAIL_ARN = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:[a-z]+\/[A-Za-z0-9._-]{1,128}$/;

/** Throws ResourceARNNotValidException, ResourceTypeNotSupportedException. */
function readArn(input: OperationInput): string {
  const given = input['ResourceArn'];
  const arn = typeof given === 'string' ? given : '';
  const shown = arn.slice(0, 200);
  if (!CLOUDTRAIL_ARN.test(arn)) {
    throw new AwsError(
      'ResourceARNNotValidException',
      `${JSON.stringify(shown)} is not the ARN of an event data store, a dashboard or a channel.`,
    );
  }
  if (lakeArn(arn) === undefined) {
    throw new AwsError(
      'ResourceTypeNotSupportedException',
      `Resource policies are supported for event data stores, dashboards and channels only, not for ${shown}.`,
    );
  }
  return arn;
}

function checkPolicy(given: unknown, arn: string): string {
  const policy = typeof given === 'string' ? given : '';
  if (policy.length < 1 || policy.length > MOST_CHARACTERS)
    throw invalid(`it has ${policy.length} characters; valid are 1 to ${MOST_CHARACTERS}`);
  const parsed = parse(policy);
  const complaints = validatePolicy(parsed, 'resource');
  if (complaints.length > 0) throw invalid(complaints.join('; '));
  const statements = [(parsed as { Statement: unknown }).Statement].flat() as { Resource?: unknown }[];
  const other = statements
    .flatMap(({ Resource }) => (Resource === undefined ? [] : [Resource].flat()))
    .find((resource) => resource !== arn && resource !== '*');
  if (other !== undefined)
    throw invalid(`its Resource must be ${arn}, not ${JSON.stringify(other)?.slice(0, 200)}`);
  return policy;
}

function parse(policy: string): unknown {
  try {
    return JSON.parse(policy);
  } catch {
    throw invalid('it is not JSON');
  }
}

function invalid(reason: string): AwsError {
  return new AwsError('ResourcePolicyNotValidException', `The resource policy is not valid: ${reason}.`);
}

function noPolicy(arn: string): AwsError {
  return new AwsError('ResourcePolicyNotFoundException', `The resource ${arn} has no resource policy.`);
}
