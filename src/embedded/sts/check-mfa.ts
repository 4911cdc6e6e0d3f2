import { AwsError } from '../../aws/errors.ts';
import type { Principal } from '../../aws/operation.ts';
import { validationError } from '../../aws/validate-input.ts';
import type { StsDeps } from './sts-deps.ts';

/** True when a code was given and is good; throws AccessDenied when it is not, ValidationError when half of it is missing. */
export async function checkMfaOf(
  { sessions }: Pick<StsDeps, 'sessions'>,
  principal: Principal,
  {
    SerialNumber,
    TokenCode,
  }: { readonly SerialNumber?: string | undefined; readonly TokenCode?: string | undefined },
): Promise<boolean> {
  if (SerialNumber === undefined && TokenCode === undefined) return false;
  if (SerialNumber === undefined || TokenCode === undefined)
    throw validationError('Both SerialNumber and TokenCode must be given, or neither.');
  if (principal.type !== 'IAMUser')
    throw new AwsError(
      'AccessDenied',
      'MultiFactorAuthentication failed, must provide MFA code with an IAM user',
      { status: 403 },
    );
  await sessions.checkMfa(principal, { serialNumber: SerialNumber, tokenCode: TokenCode });
  return true;
}
