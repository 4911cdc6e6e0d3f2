import { z } from 'zod';

import { AccessDenied, AwsError } from '../../aws/errors.ts';
import type {
  CallContext,
  Operation,
  OperationInput,
  OperationOutput,
  PolicyDocument,
} from '../../aws/operation.ts';
import { validatePolicy } from '../../aws/policy/validate-policy.ts';
import { validateInput, validationError } from '../../aws/validate-input.ts';
import { checkMfaOf } from './check-mfa.ts';
import type { StsDeps } from './sts-deps.ts';
import { durationSeconds, mfaMembers } from './sts-input.ts';
import { credentialsOutput } from './temporary-credentials.ts';

const HOUR = 3600;
const MOST = 43_200;

const shape = {
  RoleArn: z.string().min(20).max(2048),
  RoleSessionName: z
    .string()
    .min(2)
    .max(64)
    .regex(/^[\w+=,.@-]*$/),
  DurationSeconds: durationSeconds(MOST).optional(),
  Policy: z.string().min(1).max(2048).optional(),
  ...mfaMembers,
};

/**
 * The one role there is: `arn:aws:iam::<any account>:role/OpentrailAccountAccess`, to look into another recorded account. The caller's policies
 * must allow sts:AssumeRole on it; every other role is refused as AWS refuses one whose trust policy does not name the caller.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function assumeRole(deps: StsDeps): Operation {
  return {
    service: 'sts',
    name: 'AssumeRole',
    resources: (input: OperationInput) => [typeof input['RoleArn'] === 'string' ? input['RoleArn'] : '*'],
    handle: (input, context) => handle(deps, input, context),
  };
}

async function handle(
  deps: StsDeps,
  input: OperationInput,
  { principal }: CallContext,
): Promise<OperationOutput> {
  const request = validateInput(shape, input);
  const accountId = /^arn:aws:iam::(\d{12}):role\/OpentrailAccountAccess$/.exec(request.RoleArn)?.[1];
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+/.test(request.RoleArn))
    throw validationError(`${request.RoleArn} is invalid`);
  if (accountId === undefined) throw new AccessDenied(principal.arn, 'sts:AssumeRole', request.RoleArn);
  const chained = principal.expiresAt !== undefined && principal.type === 'AssumedRole';
  const duration = request.DurationSeconds ?? HOUR;
  if (chained && duration > HOUR)
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  const mfa = await checkMfaOf(deps, principal, request);
  const issued = deps.sessions.forRole({
    accountId,
    sessionName: request.RoleSessionName,
    durationSeconds: duration,
    mfa: mfa || mfaOf(principal),
    fromConsole: principal.fromConsole,
    sessionPolicy: sessionPolicyOf(request.Policy),
  });
  return {
    output: {
      Credentials: credentialsOutput(issued.credentials),
      AssumedRoleUser: { AssumedRoleId: issued.principal.principalId, Arn: issued.principal.arn },
      ...(request.Policy === undefined
        ? {}
        : { PackedPolicySize: Math.ceil((request.Policy.length / 2048) * 100) }),
    },
  };
}

/** The factor of the session by which the call is made counts on. */
function mfaOf(principal: CallContext['principal']): boolean {
  const attributes = principal.sessionContext?.['attributes'];
  return (
    typeof attributes === 'object' &&
    attributes !== null &&
    (attributes as Record<string, unknown>)['mfaAuthenticated'] === 'true'
  );
}

function sessionPolicyOf(text: string | undefined): PolicyDocument | undefined {
  if (text === undefined) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined;
  }
  const complaints = validatePolicy(document);
  if (complaints.length > 0)
    throw new AwsError('MalformedPolicyDocument', complaints.join(' '), { status: 400 });
  return document as PolicyDocument;
}
