import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { validatePolicy } from '../../../aws/policy/validate-policy.ts';
import type { TrailOperationDeps } from './deps.ts';
import { text } from './inputs.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutResourcePolicy.html */
const MOST_CHARACTERS = 8192;

const ARN = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:([a-z]+)\/([A-Za-z0-9._-]{1,128})$/;
const WITH_POLICIES: ReadonlySet<string> = new Set(['eventdatastore', 'channel', 'dashboard']);

/**
 * Event data stores, channels and dashboards have resource policies, trails have none. There are no such resources yet, so every answer is an
 * error: ResourceARNNotValidException, ResourceTypeNotSupportedException, ResourcePolicyNotValidException, ResourceNotFoundException.
 */
export async function putResourcePolicy(
  _deps: TrailOperationDeps,
  input: OperationInput,
): Promise<OperationOutput> {
  const arn = readArn(input);
  checkPolicy(text(input, 'ResourcePolicy'));
  throw unknownResource(arn);
}

/** As PutResourcePolicy, without a policy. */
export async function readResourcePolicy(
  _deps: TrailOperationDeps,
  input: OperationInput,
): Promise<OperationOutput> {
  throw unknownResource(readArn(input));
}

/** What the policies are asked about. */
export function policyResource(input: OperationInput): readonly string[] {
  const arn = input['ResourceArn'];
  return [typeof arn === 'string' && ARN.test(arn) ? arn : '*'];
}

function readArn(input: OperationInput): string {
  const arn = text(input, 'ResourceArn');
  const kind = ARN.exec(arn)?.[1];
  const shown = arn.slice(0, 200);
  if (kind === undefined) {
    throw new AwsError(
      'ResourceARNNotValidException',
      `${JSON.stringify(shown)} is not the ARN of an event data store, a dashboard or a channel.`,
    );
  }
  if (!WITH_POLICIES.has(kind)) {
    throw new AwsError(
      'ResourceTypeNotSupportedException',
      `Resource policies are supported for event data stores, dashboards and channels only, not for ${shown}.`,
    );
  }
  return arn;
}

function checkPolicy(policy: string): void {
  if (policy.length < 1 || policy.length > MOST_CHARACTERS)
    throw invalid(`it has ${policy.length} characters; valid are 1 to ${MOST_CHARACTERS}`);
  const complaints = validatePolicy(parse(policy), 'resource');
  if (complaints.length > 0) throw invalid(complaints.join('; '));
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

function unknownResource(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Unknown resource: ${arn.slice(0, 200)}`);
}
