import { z } from 'zod';

import type { CallContext, Operation, OperationInput, OperationOutput } from '../../aws/operation.ts';
import type { IssuedSession } from '../../aws/sessions.ts';
import { validateInput, validationError } from '../../aws/validate-input.ts';
import { checkMfaOf } from './check-mfa.ts';
import { checkMayAssume, refusal } from './may-assume.ts';
import { packedSize, sessionPoliciesOf, sessionPolicyMembers } from './session-policies.ts';
import type { StsDeps } from './sts-deps.ts';
import { durationSeconds, mfaMembers } from './sts-input.ts';
import { credentialsOutput } from './temporary-credentials.ts';

const HOUR = 3600;
const MOST = 43_200;

const name = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\w+=,.@-]*$/);

const shape = {
  RoleArn: z.string().min(20).max(2048),
  RoleSessionName: name,
  DurationSeconds: durationSeconds(MOST).optional(),
  ExternalId: z
    .string()
    .min(2)
    .max(1224)
    .regex(/^[\w+=,.@:/-]*$/)
    .optional(),
  SourceIdentity: name.optional(),
  ...sessionPolicyMembers,
  ...mfaMembers,
};

/**
 * Roles of ours, by their trust policies; and `arn:aws:iam::<any account>:role/OpentrailAccountAccess`, to look into another recorded account,
 * for whom the own policies allow sts:AssumeRole on it; likewise the role of an account that Organizations made, for who made it. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function assumeRole(deps: StsDeps): Operation {
  return {
    service: 'sts',
    name: 'AssumeRole',
    // The trust policy decides, with the second factor that comes in the call: asked below.
    action: false,
    handle: (input, context) => handle(deps, input, context),
  };
}

type Request = z.output<z.ZodObject<typeof shape>>;

async function handle(deps: StsDeps, input: OperationInput, context: CallContext): Promise<OperationOutput> {
  const request = validateInput(shape, input);
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+/.test(request.RoleArn))
    throw validationError(`${request.RoleArn} is invalid`);
  const sourceIdentity = sourceIdentityOf(request, context);
  const code = await checkMfaOf(deps, context.principal, request);
  const assuming = { request, context, sourceIdentity, code };
  const access = await accountRole(deps, assuming);
  const { credentials, principal } =
    access === undefined ? assumeOwn(deps, assuming) : assumeAccountAccess(deps, assuming, access);
  return {
    output: {
      Credentials: credentialsOutput(credentials),
      AssumedRoleUser: { AssumedRoleId: principal.principalId, Arn: principal.arn },
      ...packedSize(request),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    },
  };
}

type AssumingCall = {
  readonly request: Request;
  readonly context: CallContext;
  readonly sourceIdentity: string | undefined;
  /** The call came with a good code. */
  readonly code: boolean;
};

function assumeOwn(deps: StsDeps, call: AssumingCall): IssuedSession {
  const { request, context, sourceIdentity, code } = call;
  const role = deps.roles.assumable(request.RoleArn);
  if (role === undefined)
    throw refusal(context.principal, { action: 'sts:AssumeRole', arn: request.RoleArn });
  checkMayAssume(context, role, {
    sessionName: request.RoleSessionName,
    externalId: request.ExternalId,
    sourceIdentity,
    mfa: code,
    accountId: deps.accountId,
  });
  const session = sessionOf(deps, call);
  if (session.durationSeconds > role.maxSessionDuration)
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  return deps.sessions.forRole({ ...session, roleId: role.id });
}

type AccountAccess = { readonly accountId: string; readonly roleName?: string | undefined };

/** The role of another account that the call names. Throws AccessDenied where it trusts another account than the caller's. */
async function accountRole(
  { accountRoles }: StsDeps,
  { request, context }: AssumingCall,
): Promise<AccountAccess | undefined> {
  const access = /^arn:aws:iam::(\d{12}):role\/OpentrailAccountAccess$/.exec(request.RoleArn)?.[1];
  if (access !== undefined) return { accountId: access };
  const role = await accountRoles?.find(request.RoleArn);
  if (role === undefined) return undefined;
  if (context.accountId !== role.trustedAccount)
    throw refusal(context.principal, { action: 'sts:AssumeRole', arn: request.RoleArn });
  return role;
}

function assumeAccountAccess(
  deps: StsDeps,
  call: AssumingCall,
  { accountId, roleName }: AccountAccess,
): IssuedSession {
  const { request, context } = call;
  context.authorize('sts:AssumeRole', request.RoleArn);
  if (call.sourceIdentity !== undefined) context.authorize('sts:SetSourceIdentity', request.RoleArn);
  const session = sessionOf(deps, call);
  if (roleName !== undefined && session.durationSeconds > HOUR)
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  return deps.sessions.forAccountAccess({ ...session, accountId, roleName });
}

function sessionOf({ roles }: StsDeps, { request, context, sourceIdentity, code }: AssumingCall) {
  const { principal } = context;
  const chained = principal.expiresAt !== undefined && principal.type === 'AssumedRole';
  const seconds = request.DurationSeconds ?? HOUR;
  if (chained && seconds > HOUR)
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  return {
    sessionName: request.RoleSessionName,
    durationSeconds: seconds,
    mfa: code || mfaOf(principal),
    fromConsole: principal.fromConsole,
    sourceIdentity,
    sessionPolicies: sessionPoliciesOf(roles, request),
  };
}

/** Once set it stays through all sessions that follow. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html */
function sourceIdentityOf({ SourceIdentity, RoleArn }: Request, { principal }: CallContext) {
  const before = principal.sessionContext?.['sourceIdentity'];
  if (typeof before !== 'string') return SourceIdentity;
  if (SourceIdentity !== undefined && SourceIdentity !== before)
    throw refusal(principal, { action: 'sts:SetSourceIdentity', arn: RoleArn });
  return before;
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
