import { stat } from 'node:fs/promises';

import { createS3Buckets } from '../../aws/s3-buckets.ts';
import { OpentrailError } from '../../base/errors.ts';
import { bucketSource } from '../../use/trails/verify/bucket-source.ts';
import { folderSource } from '../../use/trails/verify/folder-source.ts';
import type { VerifySource } from '../../use/trails/verify/source.ts';
import type { VerifyOptions } from '../../use/trails/verify/verify-logs.ts';
import { callServer, sdkOptions, serverAccess } from '../client.ts';
import type { VerifyCommandOptions } from './options.ts';

export type Target = {
  readonly source: VerifySource;
  /** Which of it, and what is known from elsewhere. */
  readonly scope: Partial<Pick<VerifyOptions, 'folders' | 'account' | 'trail' | 'lastDigestAt'>>;
  readonly close: () => void;
};

/** Connections, and so files fetched at a time. */
const CONNECTIONS = 64;

/** What is to be verified: `s3://…`, a folder that is there, else a trail of the server. Throws BAD_ARGUMENT. */
export async function findTarget(what: string, options: VerifyCommandOptions): Promise<Target> {
  if (what.startsWith('s3://')) return bucketTarget(what, options);
  const isPath =
    what.includes('/') && !what.startsWith('arn:')
      ? true
      : (await stat(what).catch(() => undefined)) !== undefined;
  if (isPath) return { source: await folderSource(what), scope: {}, close: () => undefined };
  return trailTarget(what, options);
}

async function bucketTarget(url: string, options: VerifyCommandOptions): Promise<Target> {
  const match = /^s3:\/\/([^/]+)(?:\/(.*?))?\/*$/.exec(url);
  if (match?.[1] === undefined)
    throw new OpentrailError('BAD_ARGUMENT', `${url} is not s3://BUCKET or s3://BUCKET/PREFIX`);
  const place = { bucket: match[1], prefix: match[2] ?? '' };
  const port = await openBuckets(options);
  const folders = [place.prefix === '' ? '' : `${place.prefix}/`];
  return { source: bucketSource(port, place), scope: { folders }, close: port.close };
}

async function trailTarget(nameOrArn: string, options: VerifyCommandOptions): Promise<Target> {
  const server = await serverAccess(options);
  const { CloudTrailClient, GetTrailCommand, GetTrailStatusCommand } =
    await import('@aws-sdk/client-cloudtrail');
  const client = new CloudTrailClient(sdkOptions(server));
  try {
    const { Trail } = await callServer(server, client.send(new GetTrailCommand({ Name: nameOrArn })));
    const arn = Trail?.TrailARN ?? '';
    const status = await callServer(server, client.send(new GetTrailStatusCommand({ Name: arn })));
    const [bucket, prefix] = [Trail?.S3BucketName ?? '', Trail?.S3KeyPrefix ?? ''];
    const account = options.account ?? arn.split(':')[4] ?? '';
    const port = await openBuckets(options);
    return {
      source: bucketSource(port, { bucket, prefix }),
      scope: {
        folders: [`${prefix === '' ? '' : `${prefix}/`}AWSLogs/${account}/`],
        account,
        trail: { name: Trail?.Name ?? '', homeRegion: Trail?.HomeRegion ?? '' },
        ...(status.LatestDigestDeliveryTime === undefined
          ? {}
          : { lastDigestAt: status.LatestDigestDeliveryTime.getTime() }),
      },
      close: port.close,
    };
  } finally {
    client.destroy();
  }
}

/** The S3 that was named, with the caller's own keys where there are some; else the server's. */
async function openBuckets(options: VerifyCommandOptions): Promise<ReturnType<typeof createS3Buckets>> {
  const env = process.env;
  const elsewhere = options.s3Endpoint ?? env['AWS_ENDPOINT_URL_S3'];
  const hasOwnKeys = env['AWS_ACCESS_KEY_ID'] !== undefined || env['AWS_PROFILE'] !== undefined;
  if (elsewhere !== undefined && hasOwnKeys) {
    return createS3Buckets({
      endpoint: elsewhere,
      region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
      credentials: undefined,
      connections: CONNECTIONS,
    });
  }
  const { endpoint, region, credentials } = await serverAccess(options);
  return createS3Buckets({ endpoint: elsewhere ?? endpoint, region, credentials, connections: CONNECTIONS });
}
