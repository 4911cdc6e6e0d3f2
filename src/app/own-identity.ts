import type { KeyOwners } from '../aws/credentials.ts';
import type { Principal } from '../aws/operation.ts';
import type { CallerIdentity } from '../capture/captured-call.ts';

/** A principal of ours as `userIdentity` shows it. */
export function identityOf(principal: Principal): CallerIdentity {
  return {
    type: principal.type,
    principalId: principal.principalId,
    arn: principal.arn,
    accountId: principal.accountId,
    accessKeyId: principal.accessKeyId,
    userName: principal.type === 'IAMUser' ? principal.userName : undefined,
    sessionContext: principal.sessionContext,
    fromConsole: principal.fromConsole || undefined,
  };
}

/** Whose key it is if Opentrail issued it. Asked for every forwarded call, before and after: answered from memory, at once. */
export function ownIdentities({ owner }: Pick<KeyOwners, 'owner'>) {
  return (accessKeyId: string, sessionToken: string | undefined): CallerIdentity | undefined => {
    const principal = owner(accessKeyId, sessionToken);
    return principal && identityOf(principal);
  };
}
