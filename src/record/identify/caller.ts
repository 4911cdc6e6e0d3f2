import type { CallerIdentity, NamedCall } from '../../capture/captured-call.ts';

/** Who called, and what the record adds about it. */
export type Caller = {
  readonly identity: CallerIdentity;
  /** The key that a refused request claimed to be signed with: nobody can write denials in another's name. */
  readonly claimedAccessKeyId?: string | undefined;
};

/** S3 records anonymous callers so: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html */
const ANONYMOUS: CallerIdentity = {
  type: 'AWSAccount',
  principalId: '',
  accountId: 'ANONYMOUS_PRINCIPAL',
};

/** Cognito's calls need no signature: https://docs.aws.amazon.com/cognito/latest/developerguide/understanding-amazon-cognito-entries.html */
const UNSIGNED: CallerIdentity = { type: 'Unknown', principalId: 'Anonymous' };
const UNSIGNED_SERVICES: ReadonlySet<string> = new Set(['cognito-identity', 'cognito-idp']);

export type Judged = {
  readonly named: Pick<NamedCall, 'service' | 'accessKeyId'>;
  readonly verified: CallerIdentity | undefined;
  /** Whether the call was refused for its signature, key or token: whoever sent it is not known to be the key's owner. */
  readonly unauthenticated: boolean;
  readonly defaultAccount: string;
};

/** Decides without the directory where that is not needed; `undefined` when the key's owner must be looked up. */
export function judgeCaller({
  named,
  verified,
  unauthenticated,
  defaultAccount,
}: Judged): Caller | undefined {
  if (verified !== undefined) return { identity: verified };
  if (named.accessKeyId === undefined)
    return { identity: UNSIGNED_SERVICES.has(named.service) ? UNSIGNED : ANONYMOUS };
  if (!unauthenticated) return undefined;
  return { identity: { type: 'Unknown', accountId: defaultAccount }, claimedAccessKeyId: named.accessKeyId };
}

export function unknownCaller(accessKeyId: string, defaultAccount: string): Caller {
  return { identity: { type: 'Unknown', accountId: defaultAccount, accessKeyId } };
}

/** `userIdentity` in the key order of real records; absent members are left out by JSON. */
export function userIdentityOf(identity: CallerIdentity): Record<string, unknown> {
  const { type, principalId, arn, accountId, accessKeyId, userName } = identity;
  const { identityProvider, sessionContext, invokedBy } = identity;
  return {
    type,
    principalId,
    arn,
    accountId,
    accessKeyId,
    userName,
    identityProvider,
    sessionContext,
    invokedBy,
  };
}
