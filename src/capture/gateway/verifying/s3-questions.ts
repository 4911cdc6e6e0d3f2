import { decodePercent } from '../../../aws/protocols/http/query-string.ts';
import { bucketAndKey } from '../../../aws/protocols/index.ts';
import type { IncomingCall } from '../../captured-call.ts';
import { queryValue } from '../../naming/query-value.ts';
import type { Question } from './question.ts';

/**
 * What the policies are asked about a call to S3: its action by the table of
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html, the bucket or object, the source of a copy, and
 * the further actions that a request needs for what its headers ask.
 */
export function s3Questions({ named, request }: IncomingCall): readonly Question[] {
  const address = bucketAndKey(request);
  const bucket = address && `arn:aws:s3:::${address.bucket}`;
  const resource = address?.key ? `${bucket}/${address.key}` : (bucket ?? '*');
  const option = (name: string): string | undefined => request.headers[name] ?? valueIn(request.query, name);
  const versioned = queryValue(request.query, 'versionId') !== undefined;
  if (named.operation === 'DeleteObjects')
    // Which objects stands in the body, which has not come yet.
    return ['s3:DeleteObject', 's3:DeleteObjectVersion'].map((action) => ({
      action,
      resource: `${bucket}/*`,
      certain: { action: true, resource: false },
    }));
  const base = ACTIONS.get(named.operation) ?? named.operation;
  const action = (versioned ? VERSIONED.get(base) : undefined) ?? base;
  const questions = [asked(action, resource)];
  if (named.operation === 'GetObjectAttributes')
    questions.push(asked(versioned ? 'GetObjectVersion' : 'GetObject', resource));
  if (base === 'PutObject') {
    for (const [name, needed] of NEEDED)
      if (option(name) !== undefined) questions.push(asked(needed, resource));
  }
  if (option('x-amz-bypass-governance-retention') !== undefined)
    questions.push(asked('BypassGovernanceRetention', resource));
  const source = option('x-amz-copy-source');
  if (source !== undefined) questions.push(copyQuestion(source));
  return questions;
}

/** Condition keys of S3 that stand in the request: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys */
export function s3ConditionKeys({ request }: IncomingCall): Record<string, string | undefined> {
  const keys: Record<string, string | undefined> = {};
  for (const parameter of request.query.split('&')) {
    const at = parameter.indexOf('=');
    const name = (at < 0 ? parameter : parameter.slice(0, at)).toLowerCase();
    if (S3_KEYS.has(name) || name.startsWith('x-amz-'))
      keys[`s3:${name}`] = at < 0 ? '' : (decodePercent(parameter.slice(at + 1)) ?? '');
  }
  for (const name in request.headers)
    if (name.startsWith('x-amz-')) keys[`s3:${name}`] = request.headers[name];
  return keys;
}

/** Whether the request would show it if it were there. */
export function isS3Key(lowerKey: string): boolean {
  return lowerKey.startsWith('s3:') && (lowerKey.startsWith('s3:x-amz-') || S3_KEYS.has(lowerKey.slice(3)));
}

const S3_KEYS: ReadonlySet<string> = new Set(['prefix', 'delimiter', 'max-keys', 'versionid']);

function asked(action: string, resource: string): Question {
  // A name that IAM does not know is asked about with caution (questions.ts).
  return { action: `s3:${action}`, resource, certain: { action: undefined, resource: true } };
}

/** `bucket/key?versionId=…`, percent-encoded, with or without a slash before it; or an access point's ARN. */
function copyQuestion(source: string): Question {
  const mark = source.indexOf('?versionId=');
  const encoded = (mark < 0 ? source : source.slice(0, mark)).replace(/^\//, '');
  const path = decodePercent(encoded) ?? encoded;
  const resource = path.startsWith('arn:') ? path : `arn:aws:s3:::${path}`;
  return asked(mark < 0 ? 'GetObject' : 'GetObjectVersion', resource);
}

/** Presigned URLs carry headers as parameters, in either case. */
function valueIn(query: string, name: string): string | undefined {
  if (!query.toLowerCase().includes(name)) return undefined;
  const found = query
    .split('&')
    .find((one) => decodePercent(one.split('=', 1)[0] ?? '')?.toLowerCase() === name);
  return found === undefined ? undefined : (decodePercent(found.slice(found.indexOf('=') + 1)) ?? '');
}

const NEEDED: readonly (readonly [header: string, action: string])[] = [
  ['x-amz-acl', 'PutObjectAcl'],
  ['x-amz-grant-full-control', 'PutObjectAcl'],
  ['x-amz-grant-read', 'PutObjectAcl'],
  ['x-amz-grant-read-acp', 'PutObjectAcl'],
  ['x-amz-grant-write-acp', 'PutObjectAcl'],
  ['x-amz-tagging', 'PutObjectTagging'],
  ['x-amz-object-lock-mode', 'PutObjectRetention'],
  ['x-amz-object-lock-legal-hold', 'PutObjectLegalHold'],
];

const VERSIONED: ReadonlyMap<string, string> = new Map([
  ['GetObject', 'GetObjectVersion'],
  ['GetObjectAcl', 'GetObjectVersionAcl'],
  ['GetObjectAttributes', 'GetObjectVersionAttributes'],
  ['GetObjectTagging', 'GetObjectVersionTagging'],
  ['GetObjectTorrent', 'GetObjectVersionTorrent'],
  ['PutObjectAcl', 'PutObjectVersionAcl'],
  ['PutObjectTagging', 'PutObjectVersionTagging'],
  ['DeleteObject', 'DeleteObjectVersion'],
  ['DeleteObjectTagging', 'DeleteObjectVersionTagging'],
]);

/** Operations whose action has another name. */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ['AbortMultipartUpload', 'AbortMultipartUpload'],
  ['CompleteMultipartUpload', 'PutObject'],
  ['CopyObject', 'PutObject'],
  ['CreateMultipartUpload', 'PutObject'],
  ['UploadPart', 'PutObject'],
  ['UploadPartCopy', 'PutObject'],
  ['HeadObject', 'GetObject'],
  ['SelectObjectContent', 'GetObject'],
  ['HeadBucket', 'ListBucket'],
  ['ListBuckets', 'ListAllMyBuckets'],
  ['ListMultipartUploads', 'ListBucketMultipartUploads'],
  ['ListObjects', 'ListBucket'],
  ['ListObjectsV2', 'ListBucket'],
  ['ListObjectVersions', 'ListBucketVersions'],
  ['ListParts', 'ListMultipartUploadParts'],
  ...configuration('Encryption', 'EncryptionConfiguration', 'Bucket'),
  ...configuration('LifecycleConfiguration', 'LifecycleConfiguration', 'Bucket'),
  ...configuration('Lifecycle', 'LifecycleConfiguration', 'Bucket'),
  ...configuration('Replication', 'ReplicationConfiguration', 'Bucket'),
  ...configuration('AnalyticsConfiguration', 'AnalyticsConfiguration', 'Bucket'),
  ...configuration('IntelligentTieringConfiguration', 'IntelligentTieringConfiguration', 'Bucket'),
  ...configuration('InventoryConfiguration', 'InventoryConfiguration', 'Bucket'),
  ...configuration('MetricsConfiguration', 'MetricsConfiguration', 'Bucket'),
  ...configuration('AccelerateConfiguration', 'AccelerateConfiguration', 'Bucket'),
  ...configuration('Cors', 'BucketCORS', 'Bucket'),
  ...configuration('Tagging', 'BucketTagging', 'Bucket'),
  ...configuration('NotificationConfiguration', 'BucketNotification', 'Bucket'),
  ...configuration('OwnershipControls', 'BucketOwnershipControls', 'Bucket'),
  ...configuration('PublicAccessBlock', 'BucketPublicAccessBlock', ''),
  ...configuration('ObjectLockConfiguration', 'BucketObjectLockConfiguration', ''),
]);

/** To delete a configuration is to put one; to list them is to get them. */
function configuration(operation: string, action: string, on: string): [string, string][] {
  return [
    [`Get${on}${operation}`, `Get${action}`],
    [`List${on}${operation}s`, `Get${action}`],
    [`Put${on}${operation}`, `Put${action}`],
    [`Delete${on}${operation}`, `Put${action}`],
  ];
}
