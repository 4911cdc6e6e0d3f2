import { stat } from 'node:fs/promises';

import { accountOfArn } from '../../aws/arn.ts';
import type { BucketPort } from '../../aws/ports.ts';
import { createS3Http } from '../../aws/s3-http.ts';
import type { SigningCredentials } from '../../aws/sigv4/sign-request.ts';
import { systemClock } from '../../base/clock.ts';
import { OpentrailError } from '../../base/errors.ts';
import { bucketSource } from '../../use/trails/verify/bucket-source.ts';
import { folderSource } from '../../use/trails/verify/folder-source.ts';
import type { VerifySource } from '../../use/trails/verify/source.ts';
import type { VerifyOptions } from '../../use/trails/verify/verify-logs.ts';
import { serverAccess } from '../client.ts';
import { cloudtrailCall, type ServerAccess } from '../server-request.ts';
import { deliveredElsewhere } from './delivered.ts';
import type { VerifyCommandOptions } from './options.ts';

export type Target = {
  readonly source: VerifySource;
  /** Which of it, and what is known from elsewhere. */
  readonly scope: Partial<
    Pick<VerifyOptions, 'folders' | 'account' | 'trail' | 'lastDigestAt' | 'deliveredBy'>
  > & {
    /** Where a trail of a server is meant: that, and what it says of the trail. */
    readonly server?: ServerAccess;
    readonly answer?: TrailAnswer;
  };
  readonly close: () => Promise<void> | void;
};

type Reader = Pick<BucketPort, 'get' | 'list'> & { readonly close: () => Promise<void> | void };

export type TrailAnswer = {
  readonly TrailARN: string;
  readonly Name: string;
  readonly HomeRegion: string;
  readonly S3BucketName: string;
  readonly S3KeyPrefix?: string;
  readonly LogFileValidationEnabled: boolean;
  readonly IsOrganizationTrail: boolean;
};

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
  // Who brings his own keys may have no server at all.
  const server = options.keys === undefined ? await serverAccess(options) : undefined;
  const scope = { folders, ...(server === undefined ? {} : { deliveredBy: deliveredElsewhere(server) }) };
  return { source: bucketSource(port, place), scope, close: port.close };
}

async function trailTarget(nameOrArn: string, options: VerifyCommandOptions): Promise<Target> {
  const server = await serverAccess(options);
  const named = { Name: nameOrArn };
  const [{ Trail: trail }, status] = await Promise.all([
    cloudtrailCall<{ Trail: TrailAnswer }>(server, 'GetTrail', named),
    cloudtrailCall<{ LatestDigestDeliveryTime?: number }>(server, 'GetTrailStatus', named),
  ]);
  const [bucket, prefix] = [trail.S3BucketName, trail.S3KeyPrefix ?? ''];
  const account = options.account ?? (trail.IsOrganizationTrail ? undefined : accountOfArn(trail.TrailARN));
  const root = `${prefix === '' ? '' : `${prefix}/`}AWSLogs/`;
  const port = await openBuckets(options);
  return {
    source: bucketSource(port, { bucket, prefix }),
    scope: {
      folders: trail.IsOrganizationTrail ? [`${root}o-`] : [`${root}${account}/`],
      ...(account === undefined ? {} : { account }),
      server,
      answer: trail,
      deliveredBy: deliveredElsewhere(server),
      trail: { name: trail.Name, homeRegion: trail.HomeRegion },
      lastDigestAt:
        status.LatestDigestDeliveryTime === undefined ? undefined : status.LatestDigestDeliveryTime * 1000,
    },
    close: port.close,
  };
}

/** The S3 that was named, with the caller's own keys where there are some; else the server's. */
async function openBuckets(options: VerifyCommandOptions): Promise<Reader> {
  const env = process.env;
  const elsewhere = options.s3Endpoint ?? env['AWS_ENDPOINT_URL_S3'];
  if (elsewhere !== undefined && env['AWS_PROFILE'] !== undefined) {
    // A profile may say many things: what it means is for the SDK to find out.
    const { createS3Buckets } = await import('../../aws/s3-buckets.ts');
    return createS3Buckets({ endpoint: elsewhere, region: regionFrom(env), credentials: undefined });
  }
  const own = ownKeys(env);
  if (elsewhere !== undefined && own !== undefined) {
    return createS3Http({
      endpoint: originOf(elsewhere),
      region: regionFrom(env),
      credentials: own,
      clock: systemClock,
    });
  }
  const { endpoint, region, credentials } = await serverAccess(options);
  return createS3Http({
    endpoint: originOf(elsewhere ?? endpoint),
    region,
    credentials,
    clock: systemClock,
  });
}

function ownKeys(env: NodeJS.ProcessEnv): SigningCredentials | undefined {
  const [accessKeyId, secretAccessKey] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: env['AWS_SESSION_TOKEN'] || undefined };
}

function regionFrom(env: NodeJS.ProcessEnv): string {
  return env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch (cause) {
    throw new OpentrailError('BAD_ARGUMENT', `${url} is not http://HOST[:PORT]`, { cause });
  }
}
