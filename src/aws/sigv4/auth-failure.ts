import { AwsError } from '../errors.ts';
import type { Protocol } from '../protocols/protocol.ts';

/** Why a signature was not accepted; each service family has its own code, status and words for it. */
export type AuthFailureKind =
  /** No signature at all. */
  | 'missing'
  /** Signature Version 2, which clients of old still make for S3. */
  | 'version-2'
  /** Parts of it are absent or cannot be read. */
  | 'incomplete'
  /** Presigned parameters absent or out of range. */
  | 'bad-query'
  /** Credential scope names something else. */
  | 'scope'
  | 'unknown-key'
  | 'bad-token'
  | 'expired-token'
  /** Signed too long ago, or in the future. */
  | 'skewed'
  /** Presigned and past its end, or not yet begun. */
  | 'presigned-expired'
  | 'unsigned-headers'
  | 'mismatch'
  /** The body is not the one that was signed. */
  | 'body-mismatch';

export type AuthFailureFacts = {
  /** Takes the place of the family's text where that text is not fixed. */
  readonly text?: string | undefined;
  readonly detail?: Record<string, string> | undefined;
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, .../IAM/latest/APIReference/CommonErrors.html, .../AWSEC2/latest/APIReference/errors-overview.html */
export function authFailure(
  by: { service: string; protocol: Protocol },
  kind: AuthFailureKind,
  facts: AuthFailureFacts = {},
): AwsError {
  const [code, status, fixed] = wordsOf(by)[kind];
  return new AwsError(code, fixed ?? facts.text ?? code, { status, detail: facts.detail ?? {} });
}

/** Code, HTTP status, and the text where the family always says the same. */
type Words = Readonly<Record<AuthFailureKind, readonly [code: string, status: number, fixed?: string]>>;

const INVALID_TOKEN = 'The security token included in the request is invalid.';
const EXPIRED_TOKEN = 'The security token included in the request is expired';
const MISSING = 'Missing Authentication Token';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const VERSION_2 =
  'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
const EC2_INVALID = 'AWS was not able to validate the provided access credentials';

const JSON_WORDS: Words = {
  missing: ['MissingAuthenticationTokenException', 403, MISSING],
  'version-2': ['IncompleteSignatureException', 400, VERSION_2],
  incomplete: ['IncompleteSignatureException', 400],
  'bad-query': ['IncompleteSignatureException', 400],
  scope: ['InvalidSignatureException', 403],
  'unknown-key': ['UnrecognizedClientException', 400, INVALID_TOKEN],
  'bad-token': ['UnrecognizedClientException', 400, INVALID_TOKEN],
  'expired-token': ['ExpiredTokenException', 400, EXPIRED_TOKEN],
  skewed: ['InvalidSignatureException', 403],
  'presigned-expired': ['InvalidSignatureException', 403],
  'unsigned-headers': ['InvalidSignatureException', 403],
  mismatch: ['InvalidSignatureException', 403, MISMATCH],
  'body-mismatch': ['InvalidSignatureException', 403, MISMATCH],
};

const REST_JSON_WORDS: Words = {
  ...JSON_WORDS,
  'unknown-key': ['UnrecognizedClientException', 403, INVALID_TOKEN],
  'bad-token': ['UnrecognizedClientException', 403, INVALID_TOKEN],
  'expired-token': ['ExpiredTokenException', 403, EXPIRED_TOKEN],
};

const QUERY_WORDS: Words = {
  missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  'version-2': ['IncompleteSignature', 400, VERSION_2],
  incomplete: ['IncompleteSignature', 400],
  'bad-query': ['IncompleteSignature', 400],
  scope: ['SignatureDoesNotMatch', 403],
  'unknown-key': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'bad-token': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'expired-token': ['ExpiredToken', 403, EXPIRED_TOKEN],
  skewed: ['SignatureDoesNotMatch', 403],
  'presigned-expired': ['SignatureDoesNotMatch', 403],
  'unsigned-headers': ['SignatureDoesNotMatch', 403],
  mismatch: ['SignatureDoesNotMatch', 403, MISMATCH],
  'body-mismatch': ['SignatureDoesNotMatch', 403, MISMATCH],
};

const EC2_WORDS: Words = {
  missing: ['AuthFailure', 401, EC2_INVALID],
  'version-2': ['IncompleteSignature', 400, VERSION_2],
  incomplete: ['IncompleteSignature', 400],
  'bad-query': ['IncompleteSignature', 400],
  scope: ['AuthFailure', 401],
  'unknown-key': ['AuthFailure', 401, EC2_INVALID],
  'bad-token': ['AuthFailure', 401, EC2_INVALID],
  'expired-token': ['RequestExpired', 400, 'Request has expired.'],
  skewed: ['RequestExpired', 400, 'Request has expired.'],
  'presigned-expired': ['RequestExpired', 400, 'Request has expired.'],
  'unsigned-headers': ['AuthFailure', 401, EC2_INVALID],
  mismatch: ['AuthFailure', 401, EC2_INVALID],
  'body-mismatch': ['AuthFailure', 401, EC2_INVALID],
};

const S3_WORDS: Words = {
  missing: ['AccessDenied', 403, 'Access Denied'],
  'version-2': ['InvalidRequest', 400, VERSION_2],
  incomplete: ['AuthorizationHeaderMalformed', 400],
  'bad-query': ['AuthorizationQueryParametersError', 400],
  scope: ['AuthorizationHeaderMalformed', 400],
  'unknown-key': [
    'InvalidAccessKeyId',
    403,
    'The AWS Access Key Id you provided does not exist in our records.',
  ],
  'bad-token': ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
  'expired-token': ['ExpiredToken', 400, 'The provided token has expired.'],
  skewed: [
    'RequestTimeTooSkewed',
    403,
    'The difference between the request time and the current time is too large.',
  ],
  'presigned-expired': ['AccessDenied', 403],
  'unsigned-headers': [
    'AccessDenied',
    403,
    'There were headers present in the request which were not signed',
  ],
  mismatch: [
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
  'body-mismatch': [
    'XAmzContentSHA256Mismatch',
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
};

function wordsOf({ service, protocol }: { service: string; protocol: Protocol }): Words {
  if (service === 's3') return S3_WORDS;
  if (protocol === 'ec2') return EC2_WORDS;
  if (protocol === 'query' || protocol === 'rest-xml') return QUERY_WORDS;
  return protocol === 'rest-json' ? REST_JSON_WORDS : JSON_WORDS;
}
