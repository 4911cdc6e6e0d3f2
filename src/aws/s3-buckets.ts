import { createHash } from 'node:crypto';

import {
  GetObjectCommand,
  HeadBucketCommand,
  GetBucketAclCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';

import { AwsError } from './errors.ts';
import type { BucketPort, ListedObject, PutObject } from './ports.ts';
import { awsErrorOf, statusOf, told as toldBy } from './sdk-error.ts';
import { handlerOptions, identityOf } from './service-client.ts';
import type { SigningCredentials } from './sigv4/sign-request.ts';

export type S3BucketsDeps = {
  /** `http://HOST:PORT`; undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Undefined: the SDK's own search (environment, profile, instance role). */
  readonly credentials: SigningCredentials | undefined;
  /** Milliseconds that an answer may take; default 30,000. */
  readonly timeout?: number | undefined;
  /** Connections at most; default 64. */
  readonly connections?: number | undefined;
};

/** Buckets of any S3 by endpoint, path style. Failures are AwsError with S3's own code; `ServiceUnavailable` when nobody answers. */
export function createS3Buckets(deps: S3BucketsDeps): BucketPort & { readonly close: () => void } {
  const client = createClient(deps);
  const puts: Puts = { client, sse: true };
  return {
    exists: (bucket) => bucketExists(client, bucket),
    put: (object) => putObject(puts, object),
    get: async ({ bucket, key }) => {
      const answer = await told(client.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
      const body = await told(answer.Body?.transformToByteArray() ?? Promise.resolve(new Uint8Array()));
      return { body, metadata: answer.Metadata ?? {} };
    },
    list: (query) => listObjects(client, query),
    checkRead: async ({ bucket, prefix }) => {
      const first = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 });
      await told(client.send(first));
    },
    checkDelivery: (check) => checkDelivery(puts, check),
    // It says itself, at the test write, when a key does not fit its region.
    region: async () => undefined,
    close: () => client.destroy(),
  };
}

function createClient(deps: S3BucketsDeps): S3Client {
  return new S3Client({
    region: deps.region,
    forcePathStyle: deps.endpoint !== undefined,
    followRegionRedirects: true,
    // Checksums on request only: what is not AWS may not know them yet.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 2,
    requestHandler: {
      ...handlerOptions(deps.timeout),
      httpAgent: { keepAlive: true, maxSockets: deps.connections ?? 64 },
      httpsAgent: { keepAlive: true, maxSockets: deps.connections ?? 64 },
    },
    ...(deps.endpoint === undefined ? {} : { endpoint: deps.endpoint }),
    ...(deps.credentials === undefined ? {} : { credentials: identityOf(deps.credentials) }),
  });
}

async function bucketExists(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return false;
    // It is there, but not ours to look at.
    if (status === 403 || status === 301) return true;
    throw awsErrorOf(error, codeOf);
  }
}

/** `sse`: false once it turned out that this S3 knows no encryption of its own. */
type Puts = { readonly client: S3Client; sse: boolean };

/**
 * Encrypted with the key that is asked for; else with S3's own, as AWS does (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html),
 * unless the S3 has no such thing: then as it keeps everything.
 */
async function putObject(puts: Puts, object: PutObject): Promise<void> {
  const { client } = puts;
  if (object.kms !== undefined || !puts.sse) return put(client, object, kmsMembers(object));
  try {
    await put(client, object, { ServerSideEncryption: 'AES256' });
  } catch (error) {
    if (!(error instanceof AwsError) || ![400, 501].includes(error.status)) throw error;
    await put(client, object, {});
    puts.sse = false;
  }
}

type Encryption = Pick<
  PutObjectCommandInput,
  'ServerSideEncryption' | 'SSEKMSKeyId' | 'SSEKMSEncryptionContext'
>;

function kmsMembers({ kms }: PutObject): Encryption {
  if (kms === undefined) return {};
  return {
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: kms.keyArn,
    SSEKMSEncryptionContext: Buffer.from(JSON.stringify(kms.context)).toString('base64'),
  };
}

async function put(client: S3Client, object: PutObject, encryption: Encryption): Promise<void> {
  await told(
    client.send(
      new PutObjectCommand({
        Bucket: object.bucket,
        Key: object.key,
        Body: object.body,
        // Asked for by buckets with Object Lock, and known to every S3.
        ContentMD5: createHash('md5').update(object.body).digest('base64'),
        ContentType: object.contentType,
        ContentEncoding: object.contentEncoding,
        Metadata: object.metadata === undefined ? undefined : { ...object.metadata },
        ACL: object.acl as 'bucket-owner-full-control' | undefined,
        ...encryption,
      }),
    ),
  );
}

async function* listObjects(
  client: S3Client,
  query: { bucket: string; prefix: string; startAfter?: string | undefined },
): AsyncGenerator<ListedObject> {
  const base = { Bucket: query.bucket, Prefix: query.prefix, StartAfter: query.startAfter };
  let token: string | undefined;
  do {
    const page = await told(client.send(new ListObjectsV2Command({ ...base, ContinuationToken: token })));
    for (const { Key, Size, LastModified, ETag } of page.Contents ?? []) {
      if (Key !== undefined)
        yield { key: Key, size: Size ?? 0, lastModified: LastModified?.getTime() ?? 0, etag: ETag ?? '' };
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** As CloudTrail does when a trail is made: the bucket's ACL is read and the empty object `[prefix/]AWSLogs/ACCOUNT/` (and `AWSLogs/o-…/`) is written. */
async function checkDelivery(puts: Puts, check: Parameters<BucketPort['checkDelivery']>[0]): Promise<void> {
  const { client } = puts;
  if (!(await bucketExists(client, check.bucket))) {
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
  }
  await readAcl(client, check.bucket);
  for (const folder of [check.accountId, check.organization]) {
    if (folder === undefined) continue;
    await putObject(puts, {
      bucket: check.bucket,
      key: `${check.keyPrefix === '' ? '' : `${check.keyPrefix}/`}AWSLogs/${folder}/${check.kind === undefined ? '' : `${check.kind}/`}`,
      body: new Uint8Array(),
      contentType: 'application/x-directory',
      acl: 'bucket-owner-full-control',
      kms: check.kms,
    });
  }
}

async function readAcl(client: S3Client, bucket: string): Promise<void> {
  try {
    await told(client.send(new GetBucketAclCommand({ Bucket: bucket })));
  } catch (error) {
    // Some makes of S3 know no ACLs; the test write then decides alone.
    if (!(error instanceof AwsError) || error.code !== 'NotImplemented') throw error;
  }
}

function told<T>(answer: Promise<T>): Promise<T> {
  return toldBy(answer, codeOf);
}

function codeOf(status: number): string {
  return status === 403 ? 'AccessDenied' : status === 404 ? 'NoSuchKey' : `HTTP${status}`;
}
