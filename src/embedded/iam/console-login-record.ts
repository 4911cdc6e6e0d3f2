import type { SignInResult } from './console-sign-in.ts';

export type ConsoleLogin = {
  readonly result: SignInResult;
  /** Home account and region: where the record belongs. */
  readonly accountId: string;
  readonly region: string;
  /** Address of the console: `http://127.0.0.1:4680/_console/`. */
  readonly loginTo: string;
};

/**
 * The members by which the record of a sign-in differs from that of an API call. A right password that still lacks its code is a `CheckMfa`.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
 */
export function consoleLoginOverrides(login: ConsoleLogin): Record<string, unknown> {
  const { result, region } = login;
  const common = {
    eventSource: 'signin.amazonaws.com',
    eventType: 'AwsConsoleSignIn',
    awsRegion: region,
    userIdentity: identityOf(login),
    requestParameters: null,
    readOnly: false,
    managementEvent: true,
    eventCategory: 'Management',
    recipientAccountId: login.accountId,
  };
  if (result.result === 'failure' && result.reason === 'mfa-required') {
    return {
      ...common,
      eventName: 'CheckMfa',
      responseElements: { CheckMfa: 'Success' },
      additionalEventData: { MfaType: 'Virtual MFA' },
    };
  }
  const succeeded = result.result === 'success';
  const device = succeeded ? result.mfaIdentifier : undefined;
  return {
    ...common,
    eventName: 'ConsoleLogin',
    ...(succeeded ? {} : { errorMessage: 'Failed authentication' }),
    responseElements: { ConsoleLogin: succeeded ? 'Success' : 'Failure' },
    additionalEventData: {
      LoginTo: login.loginTo,
      MobileVersion: 'No',
      ...(device === undefined ? {} : { MFAIdentifier: device }),
      MFAUsed: result.mfaUsed ? 'Yes' : 'No',
    },
  };
}

/** A name that nobody has is hidden: it may be a password typed into the wrong field. */
function identityOf({ result, accountId }: ConsoleLogin): Record<string, unknown> {
  const { principal } = result;
  if (principal === undefined)
    return { type: 'IAMUser', accountId, accessKeyId: '', userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' };
  const { type, principalId, arn, userName } = principal;
  return {
    type,
    principalId,
    ...(result.result === 'success' ? { arn } : {}),
    accountId: principal.accountId,
    ...(result.result === 'success' ? {} : { accessKeyId: '' }),
    ...(userName === undefined ? {} : { userName }),
  };
}
