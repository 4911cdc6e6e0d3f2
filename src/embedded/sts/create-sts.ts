import type { Operation } from '../../aws/operation.ts';
import { assumeRole } from './assume-role.ts';
import { getAccessKeyInfo } from './get-access-key-info.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getFederationToken } from './get-federation-token.ts';
import { getSessionToken } from './get-session-token.ts';
import type { StsDeps } from './sts-deps.ts';

/** The embedded STS: who am I, temporary credentials, and the way into the other recorded accounts. */
export function createSts(deps: StsDeps): { readonly operations: readonly Operation[] } {
  return {
    operations: [
      getCallerIdentity(),
      getSessionToken(deps),
      getFederationToken(deps),
      assumeRole(deps),
      getAccessKeyInfo(deps),
    ],
  };
}
