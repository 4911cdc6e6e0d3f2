/** What an AWS caller may see: code, HTTP status, message. Each protocol writes it in its own form (`aws/protocols`). */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Further members of the error's body (`Resource`, `BucketName`, …). */
  readonly detail: Readonly<Record<string, string | object>>;
  /** What clients of the older Query protocol know it by, of services that speak both (SQS). */
  readonly queryCode: string | undefined;

  constructor(
    code: string,
    message: string,
    options: {
      status?: number;
      cause?: unknown;
      detail?: Record<string, string | object>;
      queryCode?: string;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 400;
    this.detail = options.detail ?? {};
    this.queryCode = options.queryCode;
  }
}

/** The policy evaluation said no. Each protocol names it in its own way (`AccessDeniedException`, `AccessDenied`, `UnauthorizedOperation`). */
export class AccessDenied extends AwsError {
  constructor(
    principalArn: string,
    action: string,
    resource: string,
    reason: 'implicit' | 'explicit' = 'implicit',
  ) {
    const because =
      reason === 'explicit'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    super(
      'AccessDenied',
      `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource} ${because}`,
      { status: 403 },
    );
  }
}
