import { AwsError } from '../../aws/errors.ts';
import type { Operation } from '../../aws/operation.ts';
import { validateInput } from '../../aws/validate-input.ts';
import { checkMfaOf } from './check-mfa.ts';
import type { StsDeps } from './sts-deps.ts';
import { durationSeconds, mfaMembers } from './sts-input.ts';
import { credentialsOutput } from './temporary-credentials.ts';

const HALF_A_DAY = 43_200;
const ONE_AND_A_HALF_DAYS = 129_600;

/** No permission is needed; long-lived keys only. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export function getSessionToken({ sessions }: StsDeps): Operation {
  return {
    service: 'sts',
    name: 'GetSessionToken',
    action: false,
    handle: async (input, { principal }) => {
      const request = validateInput(
        { DurationSeconds: durationSeconds(ONE_AND_A_HALF_DAYS).optional(), ...mfaMembers },
        input,
      );
      if (principal.type !== 'IAMUser' || principal.expiresAt !== undefined) {
        throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', {
          status: 403,
        });
      }
      const mfa = await checkMfaOf({ sessions }, principal, request);
      const { credentials } = sessions.forUser({
        userId: principal.principalId,
        durationSeconds: request.DurationSeconds ?? HALF_A_DAY,
        mfa,
        fromConsole: false,
      });
      return { output: { Credentials: credentialsOutput(credentials) } };
    },
  };
}
