import type { RecordResource, ResourceQuestion } from './record-resource.ts';

type Json = Readonly<Record<string, unknown>>;
type Question = Pick<ResourceQuestion, 'operation' | 'account' | 'parameters'>;

/**
 * S3's resources: the object with its bucket, every object of a DeleteObjects, or the prefix that is listed. Buckets say whose they are.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
 */
export function s3Resources({ operation, account, parameters }: Question): readonly RecordResource[] {
  const bucket = text(parameters['bucketName']);
  if (bucket === '' || operation === 'CreateBucket') return [];
  const whole = bucket.startsWith('arn:') ? bucket : `arn:aws:s3:::${bucket}`;
  const owner: RecordResource = { accountId: account, type: bucketType(whole), ARN: whole };
  const object = (key: string): RecordResource => ({ type: 'AWS::S3::Object', ARN: `${whole}/${key}` });
  const key = text(parameters['key']);
  if (key !== '') return [object(key), owner];
  if (operation === 'DeleteObjects') return [...deletedKeys(parameters).map(object), owner];
  if (operation.startsWith('ListObject'))
    return [{ type: 'AWS::S3::Object', ARNPrefix: `${whole}/${text(parameters['prefix'])}` }, owner];
  return [owner];
}

function bucketType(arn: string): string {
  return arn.includes(':accesspoint/') ? 'AWS::S3::AccessPoint' : 'AWS::S3::Bucket';
}

function deletedKeys(parameters: Json): readonly string[] {
  const objects = member(parameters['Delete'], 'Object');
  return (Array.isArray(objects) ? objects : [objects])
    .map((one) => text(member(one, 'Key')))
    .filter((key) => key !== '');
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
