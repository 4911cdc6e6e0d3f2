import type { Headers } from '../../aws/protocols/protocol.ts';
import { queryValue } from './query-value.ts';

/** What a request says of its signer. Nothing of it is verified here. */
export type Auth = {
  readonly kind: 'header' | 'presigned' | 'none';
  readonly accessKeyId: string | undefined;
  readonly region: string | undefined;
  /** From the credential scope; `s3` for the old signatures that only S3 still takes. */
  readonly service: string | undefined;
  readonly sessionToken: string | undefined;
};

const NONE: Auth = {
  kind: 'none',
  accessKeyId: undefined,
  region: undefined,
  service: undefined,
  sessionToken: undefined,
};

/**
 * SigV4 in the header or the query, SigV4A (no region in its scope), and SigV2 as S3 clients of old send it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export function readAuth(headers: Headers, query: string): Auth {
  const authorization = headers['authorization'];
  if (authorization !== undefined) return readHeader(authorization, headers);
  if (query === '') return NONE;
  const credential = queryValue(query, 'X-Amz-Credential');
  if (credential !== undefined) {
    const token = queryValue(query, 'X-Amz-Security-Token');
    return readScope(credential, 'presigned', token);
  }
  const oldKey = queryValue(query, 'AWSAccessKeyId');
  if (oldKey === undefined) return NONE;
  const service = query.includes('SignatureVersion=') ? undefined : 's3';
  return {
    ...NONE,
    kind: 'presigned',
    accessKeyId: cleanKey(oldKey),
    service,
    sessionToken: queryValue(query, 'x-amz-security-token'),
  };
}

/** A name from outside that may become a service, region or operation: undefined unless it is a short plain word. */
export function cleanWord(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= 128 && WORD.test(text) ? text : undefined;
}

const WORD = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const KEY = /^[\x21-\x7e]{1,128}$/;

function readHeader(authorization: string, headers: Headers): Auth {
  const sessionToken = headers['x-amz-security-token'];
  const at = authorization.indexOf('Credential=');
  if (at !== -1 && authorization.startsWith('AWS4-')) {
    const start = at + 'Credential='.length;
    let end = authorization.indexOf(',', start);
    if (end === -1) end = authorization.length;
    const scope = readScope(authorization.slice(start, end).trim(), 'header', sessionToken);
    const regions = headers['x-amz-region-set'];
    return scope.region === undefined && regions !== undefined
      ? { ...scope, region: cleanWord(regions.split(',', 1)[0]) }
      : scope;
  }
  if (!authorization.startsWith('AWS ')) return NONE;
  const colon = authorization.lastIndexOf(':');
  const key = authorization.slice(4, colon === -1 ? authorization.length : colon);
  return { kind: 'header', accessKeyId: cleanKey(key), region: undefined, service: 's3', sessionToken };
}

/** `KEY/20260101/us-east-1/s3/aws4_request`, read from its end since keys may have slashes; SigV4A leaves the region out. */
function readScope(credential: string, kind: Auth['kind'], sessionToken: string | undefined): Auth {
  const end = credential.lastIndexOf('/');
  const service = credential.lastIndexOf('/', end - 1);
  const region = credential.lastIndexOf('/', service - 1);
  if (end <= 0 || service <= 0 || region <= 0)
    return { ...NONE, kind, accessKeyId: cleanKey(credential), sessionToken };
  const date = credential.lastIndexOf('/', region - 1);
  const name = cleanWord(credential.slice(service + 1, end));
  if (date <= 0)
    return {
      kind,
      accessKeyId: cleanKey(credential.slice(0, region)),
      region: undefined,
      service: name,
      sessionToken,
    };
  const accessKeyId = cleanKey(credential.slice(0, date));
  return {
    kind,
    accessKeyId,
    region: cleanWord(credential.slice(region + 1, service)),
    service: name,
    sessionToken,
  };
}

function cleanKey(text: string): string | undefined {
  return KEY.test(text) ? text : undefined;
}
