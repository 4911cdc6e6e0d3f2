import type { WireRequest } from '../protocols/protocol.ts';
import { ALGORITHM, decodeLeniently } from './canonical-request.ts';
import { authFailure } from './auth-failure.ts';
import type { SignedRequest } from './signed-request.ts';

/** A signature as it stands in the request; nothing of it is verified yet. */
export type ReadSignature = {
  readonly auth: 'header' | 'presigned';
  readonly accessKeyId: string;
  readonly scope: {
    readonly date: string;
    readonly region: string;
    readonly service: string;
    readonly terminator: string;
  };
  /** Lower-case, as listed. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261121T004016Z`. */
  readonly amzDate: string;
  readonly sessionToken: string | undefined;
  /** Seconds; presigned only. */
  readonly expires: number | undefined;
  /** `X-Amz-Content-Sha256` of the query. */
  readonly queryContentHash: string | undefined;
};

/** Whether the request carries a signature at all (header or presigned); anonymous ones do not. */
export function isSigned(request: Pick<WireRequest, 'headers' | 'query'>): boolean {
  return (
    request.headers['authorization'] !== undefined ||
    isPresigned(request.query) ||
    isPresignedByVersion2(request.query)
  );
}

/** Throws the service's own error for an absent, unreadable or doubled signature. */
export function readSignature(request: SignedRequest): ReadSignature {
  const header = request.headers['authorization'];
  const presigned = isPresigned(request.query);
  if (header?.startsWith('AWS ') || (!presigned && isPresignedByVersion2(request.query)))
    throw authFailure(request, 'version-2');
  if (header === undefined && !presigned) throw authFailure(request, 'missing');
  if (header !== undefined && presigned) {
    throw authFailure(request, 'incomplete', {
      text: 'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified',
    });
  }
  return header === undefined ? readQuery(request) : readHeader(request, header);
}

function isPresigned(query: string): boolean {
  return query.includes('X-Amz-') && /(?:^|&)X-Amz-(?:Algorithm|Signature|Credential)=/.test(query);
}

/** What boto3 makes unless it is told otherwise: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html */
function isPresignedByVersion2(query: string): boolean {
  return query.includes('AWSAccessKeyId=') && /(?:^|&)AWSAccessKeyId=/.test(query);
}

function readHeader(request: SignedRequest, header: string): ReadSignature {
  const space = header.indexOf(' ');
  const algorithm = space < 0 ? header : header.slice(0, space);
  if (algorithm !== ALGORITHM) throw authFailure(request, 'incomplete', { text: unsupported(algorithm) });
  const fields = fieldsOf(header.slice(space + 1));
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !fields.get(name));
  const amzDate = dateOf(request.headers);
  const complaints = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (amzDate === undefined)
    complaints.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  if (complaints.length > 0) throw authFailure(request, 'incomplete', { text: complaints.join(' ') });
  return {
    auth: 'header',
    ...credentialOf(request, fields.get('Credential') ?? '', 'incomplete'),
    signedHeaders: (fields.get('SignedHeaders') ?? '').toLowerCase().split(';'),
    signature: fields.get('Signature') ?? '',
    amzDate: amzDate ?? '',
    sessionToken: request.headers['x-amz-security-token'],
    expires: undefined,
    queryContentHash: undefined,
  };
}

/** Never the header itself: what stands there may be a secret of another scheme. */
function unsupported(algorithm: string): string {
  const shown = /^[\w-]{1,40}$/.test(algorithm) ? ` (got '${algorithm}')` : '';
  return `Unsupported authorization algorithm${shown}. Please use ${ALGORITHM}.`;
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    if (at > 0) fields.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return fields;
}

function readQuery(request: SignedRequest): ReadSignature {
  const fields = new Map<string, string>();
  for (const part of request.query.split('&')) {
    const at = part.indexOf('=');
    if (part.startsWith('X-Amz-') && at > 0)
      fields.set(part.slice(0, at), decodeLeniently(part.slice(at + 1)));
  }
  const algorithm = fields.get('X-Amz-Algorithm') ?? '';
  if (algorithm !== ALGORITHM)
    throw authFailure(request, 'bad-query', { text: `X-Amz-Algorithm only supports "${ALGORITHM}"` });
  const wanted = [
    'X-Amz-Credential',
    'X-Amz-Signature',
    'X-Amz-SignedHeaders',
    'X-Amz-Date',
    ...(request.service === 's3' ? ['X-Amz-Expires'] : []),
  ];
  const missing = wanted.filter((name) => !fields.get(name));
  if (missing.length > 0) {
    throw authFailure(request, 'bad-query', {
      text: `Query-string authentication version 4 requires the ${wanted.join(', ')} parameters; missing: ${missing.join(', ')}.`,
    });
  }
  const amzDate = fields.get('X-Amz-Date') ?? '';
  if (!AMZ_DATE.test(amzDate))
    throw authFailure(request, 'bad-query', {
      text: `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`,
    });
  return {
    auth: 'presigned',
    ...credentialOf(request, fields.get('X-Amz-Credential') ?? '', 'bad-query'),
    signedHeaders: (fields.get('X-Amz-SignedHeaders') ?? '').toLowerCase().split(';'),
    signature: fields.get('X-Amz-Signature') ?? '',
    amzDate,
    sessionToken: fields.get('X-Amz-Security-Token') ?? request.headers['x-amz-security-token'],
    expires: expiresOf(request, fields.get('X-Amz-Expires')),
    queryContentHash: fields.get('X-Amz-Content-Sha256'),
  };
}

const WEEK = 604_800;

/** Services other than S3 may leave it out: 15 minutes then. */
function expiresOf(request: SignedRequest, text: string | undefined): number {
  if (text === undefined) return 900;
  if (!/^-?\d{1,12}$/.test(text))
    throw authFailure(request, 'bad-query', { text: 'X-Amz-Expires should be a number' });
  const seconds = Number(text);
  if (seconds < 0) throw authFailure(request, 'bad-query', { text: 'X-Amz-Expires must be non-negative' });
  if (seconds > WEEK)
    throw authFailure(request, 'bad-query', {
      text: `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${WEEK} seconds`,
    });
  return seconds;
}

function credentialOf(
  request: SignedRequest,
  text: string,
  kind: 'incomplete' | 'bad-query',
): Pick<ReadSignature, 'accessKeyId' | 'scope'> {
  const [accessKeyId, date, region, service, terminator, ...more] = text.split('/');
  if (!accessKeyId || !date || !region || !service || !terminator || more.length > 0) {
    const text =
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term';
    throw authFailure(request, kind, {
      text:
        request.service === 's3' && kind === 'incomplete'
          ? `The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`
          : text,
    });
  }
  return { accessKeyId, scope: { date, region, service, terminator } };
}

const AMZ_DATE = /^\d{8}T\d{6}Z$/;

function dateOf(headers: SignedRequest['headers']): string | undefined {
  const amzDate = headers['x-amz-date'];
  if (amzDate !== undefined && AMZ_DATE.test(amzDate)) return amzDate;
  const text = amzDate ?? headers['date'];
  if (text === undefined) return undefined;
  if (AMZ_DATE.test(text)) return text;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : amzDateOf(ms);
}

/** `20261121T004016Z`. */
export function amzDateOf(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

/** NaN for a date that does not exist. */
export function msOfAmzDate(text: string): number {
  return Date.parse(
    `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 11)}:${text.slice(11, 13)}:${text.slice(13)}`,
  );
}
