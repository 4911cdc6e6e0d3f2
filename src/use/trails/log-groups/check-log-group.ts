import { ROLE_ARN } from '../../../aws/arn.ts';
import { AwsError } from '../../../aws/errors.ts';
import { logStreamArn, parseLogGroupArn, type LogGroupName } from '../../../aws/log-arns.ts';
import type { CallContext } from '../../../aws/operation.ts';
import type { LogSinkPort, RolePort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Trail } from '../trail-store.ts';
import { streamOf } from './stream-name.ts';

export type LogGroupAccess = {
  readonly sink: LogSinkPort;
  /** Undefined where another IAM is served, which cannot be asked: there a test write decides. */
  readonly roles: RolePort | undefined;
};

type Placed = Pick<Trail, 'arn' | 'account' | 'home_region' | 'organization' | 'logs_group' | 'logs_role'>;

const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/** Both or neither. Throws InvalidCloudWatchLogsRoleArnException or InvalidCloudWatchLogsLogGroupArnException, without asking anybody. */
export function checkLogGroupNames(trail: Placed): void {
  const { logs_group: groupArn, logs_role: roleArn } = trail;
  if (groupArn === null && roleArn === null) return;
  if (groupArn === null) throw badGroup('You must specify a log group as well as a role ARN.');
  if (roleArn === null) throw badRole('You must specify a role ARN as well as a log group.');
  groupOf(trail, groupArn);
  if (!ROLE_ARN.test(roleArn)) throw badRole(`Invalid role ARN: ${JSON.stringify(roleArn.slice(0, 200))}.`);
}

/**
 * Whether the caller may hand the role to CloudTrail, the role lets CloudTrail write, and the log group is there; tried by making the trail's log
 * stream, as CloudTrail does. Throws AccessDenied, the exceptions of checkLogGroupNames, ServiceUnavailable.
 */
export async function checkLogGroup(
  { sink, roles }: LogGroupAccess,
  trail: Placed,
  context: Pick<CallContext, 'authorize'>,
): Promise<void> {
  const { logs_group: groupArn, logs_role: roleArn } = trail;
  if (groupArn === null || roleArn === null) return;
  context.authorize('iam:PassRole', roleArn, { conditionKeys: { 'iam:PassedToService': CLOUDTRAIL } });
  const stream = streamOf(trail, { organization: trail.organization ?? '', account: trail.account });
  const may = mayWrite(roles, trail, { groupArn, roleArn, stream });
  if (may === 'untrusted') throw badRole('Access denied. Check the trust relationships for your role.');
  if (may === 'denied') throw badGroup('Access denied. Check the permissions for your role.');
  try {
    await sink.ensureStream({ groupArn, stream });
  } catch (cause) {
    throw groupError(groupArn, cause);
  }
}

/** What the role may by its policies now; `allowed` where nobody can be asked. */
export function mayWrite(
  roles: RolePort | undefined,
  trail: Pick<Trail, 'arn' | 'account'>,
  {
    groupArn,
    roleArn,
    stream,
  }: { readonly groupArn: string; readonly roleArn: string; readonly stream: string },
): ReturnType<RolePort['checkServiceRole']> {
  const group = parseLogGroupArn(groupArn);
  if (roles === undefined || group === undefined) return 'allowed';
  const resource = logStreamArn({ ...group, stream });
  return roles.checkServiceRole({
    roleArn,
    service: CLOUDTRAIL,
    source: { arn: trail.arn, accountId: trail.account },
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ action, resource })),
  });
}

/** Of the trail's own account and home region, with `:*` at its end. */
function groupOf(trail: Placed, groupArn: string): LogGroupName {
  const group = parseLogGroupArn(groupArn);
  if (
    group === undefined ||
    !group.star ||
    group.account !== trail.account ||
    group.region !== trail.home_region
  )
    throw cannotValidate();
  return group;
}

function groupError(groupArn: string, cause: unknown): AwsError {
  const code = cause instanceof AwsError ? cause.code : '';
  if (code === 'ResourceNotFoundException') return cannotValidate(cause);
  if (cause instanceof AwsError && cause.status < 500)
    return badGroup('Access denied. Check the permissions for your role.', cause);
  const reason = code === '' ? messageOf(cause) : `${code}: ${messageOf(cause)}`;
  return new AwsError(
    'ServiceUnavailable',
    `The log group ${groupArn} could not be checked, because CloudWatch Logs failed: ${reason}`,
    { status: 503, cause },
  );
}

function cannotValidate(cause?: unknown): AwsError {
  return badGroup("Check the log group ARN: CloudTrail can't validate it.", cause);
}

function badGroup(message: string, cause?: unknown): AwsError {
  return new AwsError('InvalidCloudWatchLogsLogGroupArnException', message, { cause });
}

function badRole(message: string): AwsError {
  return new AwsError('InvalidCloudWatchLogsRoleArnException', message);
}
