import type { CapturedRequest } from '../../capture/captured-call.ts';
import { bucketAndKey, parseXmlPlain } from '../../aws/protocols/index.ts';
import { fieldsIn } from './fields.ts';
import { coerceByForm } from './ec2-parameters.ts';
import { HIDDEN, S3_KEY_ID, treatmentOf } from './hidden.ts';

type Json = Record<string, unknown>;

/** Query parameters that carry the signature itself. `X-Amz-Algorithm`, `-Date`, `-Expires` and `-SignedHeaders` are recorded, as AWS does. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  'x-amz-signature',
  'x-amz-security-token',
  'x-amz-credential',
  'signature',
  'awsaccesskeyid',
  'x-amz-s3session-token',
]);

/** Headers that are parameters. Customer keys, user metadata and what belongs to the transport are not among them. */
const HEADERS: readonly string[] = [
  'x-amz-acl',
  'x-amz-bucket-object-lock-enabled',
  'x-amz-bypass-governance-retention',
  'x-amz-copy-source',
  'x-amz-copy-source-range',
  'x-amz-expected-bucket-owner',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-object-lock-legal-hold',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-object-ownership',
  'x-amz-request-payer',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-tagging-directive',
  'x-amz-website-redirect-location',
];

/** Operations whose body is a document of parameters; other bodies are the objects themselves. */
const BODY =
  /^(Put(Bucket|PublicAccess|ObjectAcl|ObjectTagging|ObjectRetention|ObjectLegalHold|ObjectLock)|CreateBucket|CompleteMultipartUpload|DeleteObjects|RestoreObject|SelectObjectContent)/;

/** Of documents; the model calls them sensitive. */
const KEY_IDS: ReadonlySet<string> = new Set(['KMSMasterKeyID', 'KMSKeyId', 'KMSContext', 'KeyId']);

const MOST_QUERY_PARAMETERS = 100;

export function hasParameterBody(operation: string): boolean {
  return BODY.test(operation);
}

/**
 * S3's request as its real records show it: the query parameters and sub-resources as they were sent (`acl: ''`), bucketName, key, Host, the
 * `x-amz-` headers that are parameters, and a configuration document under its root element's name.
 */
export function s3Parameters(request: CapturedRequest, withBody: boolean): Json {
  const written: Json = {};
  if (withBody && request.body !== undefined && request.body.length > 0) addDocument(written, request.body);
  addQuery(written, request.query);
  const target = bucketAndKey(request);
  if (target !== undefined) written['bucketName'] = target.bucket;
  const host = request.headers['host'];
  if (host !== undefined) written['Host'] = host;
  if (target !== undefined && target.key !== '') written['key'] = target.key;
  for (const header of HEADERS) {
    const value = request.headers[header];
    if (value !== undefined) written[header] = header === S3_KEY_ID ? HIDDEN : value;
  }
  return written;
}

function addQuery(written: Json, query: string): void {
  if (query === '') return;
  let count = 0;
  for (const [name, value] of fieldsIn(query)) {
    if (++count > MOST_QUERY_PARAMETERS) return;
    if (name !== '' && name !== '__proto__' && !isCredential(name)) written[name] = value;
  }
}

function isCredential(name: string): boolean {
  return CREDENTIALS.has(name.toLowerCase()) || treatmentOf('s3', name) !== undefined;
}

function addDocument(written: Json, body: Uint8Array): void {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, 4096))
    .toString('utf8')
    .trimStart();
  if (start.startsWith('{')) {
    const policy = readJson(body);
    if (policy !== undefined) written['bucketPolicy'] = policy;
    return;
  }
  const [, root, attributes = ''] = /<([A-Za-z_][\w.-]*)([^>]*)>/.exec(start.replace(/^<\?[^>]*>/, '')) ?? [];
  const plain = root === undefined || root === '__proto__' ? undefined : parseXmlPlain(body);
  if (root === undefined || plain === undefined) return;
  const xmlns = /\sxmlns="([^"]*)"/.exec(attributes)?.[1];
  written[root] = { ...(xmlns === undefined ? {} : { xmlns }), ...(asWritten(plain) as Json) };
}

/** Repeated elements stand in a list; what looks like a number or a boolean is one, names apart: so do real records. */
function asWritten(value: unknown, name = ''): unknown {
  if (typeof value === 'string' && KEY_IDS.has(name)) return HIDDEN;
  if (typeof value === 'string') return name === 'Key' || name === 'Prefix' ? value : coerceByForm(value);
  if (Array.isArray(value)) return value.map((one) => asWritten(one, name));
  if (typeof value !== 'object' || value === null) return value;
  const written: Json = {};
  for (const [key, one] of Object.entries(value)) {
    const items = typeof one === 'object' && one !== null ? (one as Json)['items'] : undefined;
    written[key] = asWritten(Array.isArray(items) ? items : one, key);
  }
  return written;
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
