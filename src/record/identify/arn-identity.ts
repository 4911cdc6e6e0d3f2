import type { CallerIdentity } from '../../capture/captured-call.ts';

/** What is known of a caller beside the ARN. */
export type ArnFacts = {
  readonly accessKeyId: string;
  /** As GetCallerIdentity's UserId has it. */
  readonly uniqueId: string | undefined;
  /** A role's own ARN, which has a path that its sessions' ARNs lack. */
  readonly roleArn?: string | undefined;
};

/**
 * The `userIdentity` of whoever has this ARN: root, a user, a role session or a federated user; undefined for every other ARN, and for accounts
 * that are not twelve digits. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function identityOfArn(arn: string, facts: ArnFacts): CallerIdentity | undefined {
  const { kind, accountId = '', path = '' } = CALLERS.exec(arn)?.groups ?? {};
  const { accessKeyId, uniqueId } = facts;
  const name = path.slice(path.lastIndexOf('/') + 1);
  switch (kind) {
    case 'iam':
      return path === 'root'
        ? { type: 'Root', principalId: accountId, arn, accountId, accessKeyId }
        : { type: 'IAMUser', principalId: uniqueId, arn, accountId, accessKeyId, userName: name };
    case 'sts':
      return path.startsWith('federated-user/')
        ? { type: 'FederatedUser', principalId: uniqueId, arn, accountId, accessKeyId }
        : sessionOf(arn, accountId, facts);
    default:
      return undefined;
  }
}

const CALLERS =
  /^arn:aws[a-z-]*:(?<kind>iam(?=::\d+:(?:root$|user\/))|sts(?=::\d+:(?:assumed-role\/[^/]+|federated-user)\/[^/]+$))::(?<accountId>\d{12}):(?<path>[\x21-\x7e]+)$/;

function sessionOf(
  arn: string,
  accountId: string,
  { accessKeyId, uniqueId, roleArn }: ArnFacts,
): CallerIdentity {
  const userName = arn.split('/')[1] ?? '';
  const sessionIssuer = {
    type: 'Role',
    principalId: uniqueId?.split(':')[0],
    arn: roleArn ?? `arn:aws:iam::${accountId}:role/${userName}`,
    accountId,
    userName,
  };
  return {
    type: 'AssumedRole',
    principalId: uniqueId,
    arn,
    accountId,
    accessKeyId,
    sessionContext: { sessionIssuer },
  };
}
