import type { CredentialSource } from '../aws/credentials.ts';
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

/** Whose key it is if Opentrail issued it. Asked for every forwarded call: other people's keys are answered at once. */
export function ownIdentities(credentials: CredentialSource) {
  return (
    accessKeyId: string,
    sessionToken: string | undefined,
  ): Promise<CallerIdentity | undefined> | undefined => {
    if (!credentials.issued(accessKeyId)) return undefined;
    return credentials
      .resolve(accessKeyId, sessionToken)
      .then((found) => found && identityOf(found.principal));
  };
}
