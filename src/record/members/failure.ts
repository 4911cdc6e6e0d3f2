import { parseError } from '../../aws/protocols/index.ts';
import type { CapturedCall } from '../../capture/captured-call.ts';

export type Failure = {
  readonly errorCode: string;
  readonly errorMessage: string | undefined;
  /** Whether the caller's signature, key or token was the reason, or may have been: an answer without a body does not tell. */
  readonly unauthenticated: boolean;
};

/** Answers that carry no body (HEAD) tell their error by the status alone. */
const BY_STATUS: ReadonlyMap<number, readonly [code: string, message: string]> = new Map([
  [400, ['BadRequest', 'Bad Request']],
  [401, ['Unauthorized', 'Unauthorized']],
  [403, ['AccessDenied', 'Access Denied']],
  [404, ['NotFound', 'Not Found']],
  [405, ['MethodNotAllowed', 'The specified method is not allowed against this resource.']],
  [409, ['Conflict', 'Conflict']],
  [412, ['PreconditionFailed', 'At least one of the pre-conditions you specified did not hold']],
  [416, ['InvalidRange', 'The requested range is not satisfiable']],
  [429, ['ThrottlingException', 'Rate exceeded']],
  [500, ['InternalError', 'Internal Server Error']],
  [502, ['BadGateway', 'Bad Gateway']],
  [503, ['ServiceUnavailable', 'Service Unavailable']],
  [504, ['GatewayTimeout', 'Gateway Timeout']],
]);

/** S3 answers HEAD without a body; what it means is known from the operation. */
const S3_HEAD: ReadonlyMap<string, readonly [code: string, message: string]> = new Map([
  ['HeadObject', ['NoSuchKey', 'The specified key does not exist.']],
  ['HeadBucket', ['NoSuchBucket', 'The specified bucket does not exist']],
]);

/**
 * errorCode and errorMessage of a call; undefined when it did not fail. Codes as CloudTrail writes them: EC2's with `Client.` or `Server.`
 * before them, `AccessDeniedException` as `AccessDenied`.
 */
export function failureOf(call: CapturedCall): Failure | undefined {
  const { outcome, response, named, failure } = call;
  if (outcome === 'upstream-down') {
    return {
      unauthenticated: false,
      errorCode: 'ServiceUnavailable',
      errorMessage: `No answer could be had from the service${failure === undefined ? '' : `: ${failure}`}`,
    };
  }
  if (response === undefined || response.status < 400) return undefined;
  const { status, headers, body } = response;
  const said = parseError(named.protocol, { status, headers, body: body ?? new Uint8Array() });
  if (said === undefined) return fromStatus(call, status);
  const errorCode = codeFor(named.protocol === 'ec2', said.code, status);
  return { errorCode, errorMessage: said.message, unauthenticated: isUnauthenticated(errorCode) };
}

function fromStatus({ named }: CapturedCall, status: number): Failure {
  const known = (named.service === 's3' && status === 404 ? S3_HEAD.get(named.operation) : undefined) ??
    BY_STATUS.get(status) ?? [`Status${status}`, ''];
  return {
    errorCode: codeFor(named.protocol === 'ec2', known[0], status),
    errorMessage: known[1] === '' ? undefined : known[1],
    unauthenticated: status === 401 || status === 403,
  };
}

function codeFor(ec2: boolean, code: string, status: number): string {
  const bare = bareCode(code);
  if (ec2)
    return bare.startsWith('Client.') || bare.startsWith('Server.')
      ? bare
      : `${status >= 500 ? 'Server' : 'Client'}.${bare}`;
  return bare === 'AccessDeniedException' ? 'AccessDenied' : bare;
}

/** `com.amazon.coral.service#AccessDeniedException:http://…` → `AccessDeniedException`. */
function bareCode(code: string): string {
  const name = code.slice(code.indexOf('#') + 1);
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}

const UNAUTHENTICATED: ReadonlySet<string> = new Set([
  'AuthFailure',
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSecurity',
  'InvalidSignatureException',
  'InvalidToken',
  'InvalidTokenException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NotSignedUp',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
]);

function isUnauthenticated(errorCode: string): boolean {
  return UNAUTHENTICATED.has(errorCode.startsWith('Client.') ? errorCode.slice('Client.'.length) : errorCode);
}
