/** An object that a notice names. */
export type NoticedObject = { readonly bucket: string; readonly key: string };

export type Notice =
  | { readonly kind: 'objects'; readonly objects: readonly NoticedObject[] }
  /** Sent once to try the way, by S3 or CloudTrail; or of something else than a new object. */
  | { readonly kind: 'test' | 'other' }
  | { readonly kind: 'unreadable'; readonly reason: string };

type Json = Readonly<Record<string, unknown>>;

/** An SNS envelope around an SNS envelope is nothing that AWS makes. */
const MOST_ENVELOPES = 2;
/** CloudTrail tries a topic with this text. */
const VALIDATION = 'CloudTrail validation message.';

/**
 * What a message tells: S3's notifications, EventBridge's `Object Created`, CloudTrail's own notices, each as it is or in an SNS envelope.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
 */
export function readNotice(body: string, envelopes = 0): Notice {
  if (body.trim() === VALIDATION) return { kind: 'test' };
  const message = jsonObject(body);
  if (message === undefined) return unreadable('is not a JSON object');
  if (typeof message['Message'] === 'string' && typeof message['TopicArn'] === 'string') {
    if (message['Type'] !== undefined && message['Type'] !== 'Notification') return { kind: 'other' };
    if (envelopes >= MOST_ENVELOPES) return unreadable('is an envelope in an envelope in an envelope');
    return readNotice(message['Message'], envelopes + 1);
  }
  if (message['Event'] === 's3:TestEvent') return { kind: 'test' };
  if (Array.isArray(message['Records'])) return ofS3(message['Records']);
  if (message['s3ObjectKey'] !== undefined) return ofCloudTrail(message);
  if (typeof message['detail-type'] === 'string') return ofEventBridge(message);
  return unreadable('is no notice of S3, CloudTrail or EventBridge');
}

function ofS3(records: readonly unknown[]): Notice {
  const objects: NoticedObject[] = [];
  let others = 0;
  for (const record of records) {
    const { eventName, s3 } = asJson(record);
    if (typeof eventName === 'string' && !/^(s3:)?ObjectCreated:/.test(eventName)) {
      others++;
      continue;
    }
    const bucket = asJson(asJson(s3)['bucket'])['name'];
    const key = decoded(asJson(asJson(s3)['object'])['key']);
    if (typeof bucket !== 'string' || key === undefined)
      return unreadable('has a record without s3.bucket.name or s3.object.key');
    objects.push({ bucket, key });
  }
  if (objects.length > 0) return { kind: 'objects', objects };
  return others > 0 ? { kind: 'other' } : unreadable('has no records');
}

function ofCloudTrail({ s3Bucket: bucket, s3ObjectKey: keys }: Json): Notice {
  if (typeof bucket !== 'string' || !Array.isArray(keys) || !keys.every((key) => typeof key === 'string'))
    return unreadable('has no s3Bucket, or s3ObjectKey is no list of keys');
  return { kind: 'objects', objects: (keys as string[]).map((key) => ({ bucket, key })) };
}

function ofEventBridge({ source, detail, 'detail-type': type }: Json): Notice {
  if (source !== 'aws.s3' || type !== 'Object Created') return { kind: 'other' };
  const { bucket, object } = asJson(detail);
  const name = asJson(bucket)['name'];
  const key = asJson(object)['key'];
  if (typeof name !== 'string' || typeof key !== 'string')
    return unreadable('has no detail.bucket.name or detail.object.key');
  return { kind: 'objects', objects: [{ bucket: name, key }] };
}

/** S3 writes keys as forms do: `+` for a space, `%XX` for the rest. */
function decoded(key: unknown): string | undefined {
  if (typeof key !== 'string' || key === '') return undefined;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function jsonObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function unreadable(reason: string): Notice {
  return { kind: 'unreadable', reason };
}
