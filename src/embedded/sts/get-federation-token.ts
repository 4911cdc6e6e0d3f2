import { z } from 'zod';

import { AwsError } from '../../aws/errors.ts';
import type { Operation } from '../../aws/operation.ts';
import { validateInput } from '../../aws/validate-input.ts';
import { packedSize, sessionPoliciesOf, sessionPolicyMembers } from './session-policies.ts';
import type { StsDeps } from './sts-deps.ts';
import { durationSeconds } from './sts-input.ts';
import { credentialsOutput } from './temporary-credentials.ts';

const HALF_A_DAY = 43_200;
const ONE_AND_A_HALF_DAYS = 129_600;

/** Long-lived keys of users only. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
export function getFederationToken({ sessions, roles, accountId }: StsDeps): Operation {
  return {
    service: 'sts',
    name: 'GetFederationToken',
    resources: (input) => [`arn:aws:sts::${accountId}:federated-user/${String(input['Name'])}`],
    handle: async (input, { principal }) => {
      const shape = {
        Name: z
          .string()
          .min(2)
          .max(32)
          .regex(/^[\w+=,.@-]*$/),
        DurationSeconds: durationSeconds(ONE_AND_A_HALF_DAYS).optional(),
        ...sessionPolicyMembers,
      };
      const request = validateInput(shape, input);
      if (principal.type !== 'IAMUser' || principal.expiresAt !== undefined) {
        throw new AwsError('AccessDenied', 'Cannot call GetFederationToken with session credentials', {
          status: 403,
        });
      }
      const issued = sessions.forFederatedUser({
        userId: principal.principalId,
        name: request.Name,
        durationSeconds: request.DurationSeconds ?? HALF_A_DAY,
        mfa: false,
        fromConsole: false,
        sessionPolicies: sessionPoliciesOf(roles, request) ?? {},
      });
      const { principalId, arn } = issued.principal;
      return {
        output: {
          Credentials: credentialsOutput(issued.credentials),
          FederatedUser: { FederatedUserId: principalId, Arn: arn },
          ...packedSize(request),
        },
      };
    },
  };
}
