import { randomUUID } from 'node:crypto';

import type { CallContext } from '../../../aws/operation.ts';
import { hostId } from '../../../aws/protocols/request-id.ts';
import type { BucketRow, NotificationRow } from '../settings.ts';
import { rulesOf, wants, type ChangeName, type NotificationRule } from './configuration.ts';

/** What changes an object, and on whose behalf: what is told of it. */
export type Change = {
  readonly name: ChangeName;
  /** `AWS:AIDA…`. */
  readonly principalId: string;
  readonly accountId: string;
  readonly sourceIp: string;
  readonly requestId: string;
};

export function changeOf(name: ChangeName, { principal, sourceIp, requestId }: CallContext): Change {
  const principalId = principal.type === 'Anonymous' ? 'Anonymous' : `AWS:${principal.principalId}`;
  return { name, principalId, accountId: principal.accountId, sourceIp, requestId };
}

/** Of a service that writes for itself. */
export function changeByService(name: ChangeName, service: string, accountId: string): Change {
  return { name, principalId: `AWS:${service}`, accountId, sourceIp: service, requestId: randomUUID() };
}

export type ChangedObject = {
  readonly key: string;
  /** Of what there is now; undefined of what was removed. */
  readonly written?: { readonly size: number; readonly etag: string } | undefined;
};

/** What is to be told of a change, and whom; [] for most. */
export function notificationsOf(
  bucket: BucketRow | undefined,
  change: Change,
  { object, now }: { readonly object: ChangedObject; readonly now: number },
): readonly NotificationRow[] {
  if (bucket?.notifications === undefined || bucket.notifications === null) return [];
  const wanting = rulesOf(bucket.notifications).filter((rule) => wants(rule, change.name, object.key));
  if (wanting.length === 0) return [];
  const told: Told = { bucket, change, object, sequencer: nextSequencer(now), now };
  return wanting.map((rule, at) => ({
    id: `${told.sequencer}-${at}-${randomUUID().slice(0, 8)}`,
    bucket: bucket.name,
    kind: rule.kind,
    arn: rule.arn,
    body: JSON.stringify(rule.kind === 'bus' ? busDetail(told) : { Records: [recordOf(told, rule)] }),
    created_at: now,
    attempts: 0,
    next_at: now,
  }));
}

type Told = {
  readonly bucket: BucketRow;
  readonly change: Change;
  readonly object: ChangedObject;
  readonly sequencer: string;
  readonly now: number;
};

let lastSequence = 0n;

/** Hexadecimal, of one length, and greater with each change: for one key the order in which it changed. */
function nextSequencer(now: number): string {
  const least = BigInt(now) * 65_536n;
  lastSequence = least > lastSequence ? least : lastSequence + 1n;
  return lastSequence.toString(16).toUpperCase().padStart(18, '0');
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function recordOf({ bucket, change, object, sequencer, now }: Told, { id }: NotificationRule) {
  const { written } = object;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(now).toISOString(),
    eventName: change.name,
    userIdentity: { principalId: change.principalId },
    requestParameters: { sourceIPAddress: change.sourceIp },
    responseElements: { 'x-amz-request-id': change.requestId, 'x-amz-id-2': hostId(change.requestId) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: id,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: bucket.account_id },
        arn: `arn:aws:s3:::${bucket.name}`,
      },
      object: {
        key: encodedKey(object.key),
        ...(written === undefined ? {} : { size: written.size, eTag: bare(written.etag) }),
        sequencer,
      },
    },
  };
}

/** As in a form, but for slashes. */
function encodedKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function bare(etag: string): string {
  return etag.replaceAll('"', '');
}

const REASONS: Readonly<Record<ChangeName, string>> = {
  'ObjectCreated:Put': 'PutObject',
  'ObjectCreated:Post': 'POST Object',
  'ObjectCreated:Copy': 'CopyObject',
  'ObjectCreated:CompleteMultipartUpload': 'CompleteMultipartUpload',
  'ObjectRemoved:Delete': 'DeleteObject',
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
function busDetail({ bucket, change, object, sequencer }: Told) {
  const { written } = object;
  const isRemoval = change.name === 'ObjectRemoved:Delete';
  return {
    detailType: isRemoval ? 'Object Deleted' : 'Object Created',
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object: {
        key: object.key,
        ...(written === undefined ? {} : { size: written.size, etag: bare(written.etag) }),
        sequencer,
      },
      'request-id': change.requestId,
      requester: change.accountId,
      'source-ip-address': change.sourceIp,
      reason: REASONS[change.name],
      ...(isRemoval ? { 'deletion-type': 'Permanently Deleted' } : {}),
    },
  };
}
