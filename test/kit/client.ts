import { gunzipSync } from 'node:zlib';

import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';

import { signRequest } from '../../src/aws/sigv4/sign-request.ts';
import type { Credentials, TestServer } from './server.ts';

export type Server = Pick<TestServer, 'url' | 'credentials'>;

/** A signed JSON 1.1 call; the answer's status and parsed body. */
export async function jsonCall(
  server: Server,
  target: string,
  input: unknown,
  {
    service = 'cloudtrail',
    region = 'us-east-1',
    credentials = server.credentials,
    version = '1.1',
  }: { service?: string; region?: string; credentials?: Credentials; version?: string } = {},
) {
  const body = JSON.stringify(input);
  const headers = signRequest(
    { credentials, service, region, now: Date.now() },
    {
      method: 'POST',
      url: server.url,
      headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target },
      body,
    },
  );
  delete headers['host'];
  const response = await fetch(server.url, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

export type LookedUp = {
  readonly EventId: string;
  readonly EventName: string;
  readonly Username?: string;
  readonly CloudTrailEvent: string;
};

/** All pages of LookupEvents, in the extended form. Throws the server's error. */
export async function lookupAll(
  server: Server,
  input: Readonly<Record<string, unknown>>,
  region = 'us-east-1',
): Promise<LookedUp[]> {
  const found: LookedUp[] = [];
  let NextToken: unknown;
  do {
    const { status, body } = await jsonCall(
      server,
      'CloudTrail_20131101.LookupEvents',
      { MaxResults: 1000, ...input, ...(NextToken === undefined ? {} : { NextToken }) },
      { region },
    );
    if (status !== 200) throw new Error(`LookupEvents: ${status} ${JSON.stringify(body)}`);
    found.push(...(body['Events'] as LookedUp[]));
    NextToken = body['NextToken'];
  } while (NextToken !== undefined);
  return found;
}

export function s3Client(server: Server): S3Client {
  return new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: server.credentials,
    forcePathStyle: true,
  });
}

/** Every record in the delivered log files below a prefix. */
export async function deliveredRecords(
  s3: S3Client,
  bucket: string,
  prefix = '',
  folder = 'CloudTrail',
): Promise<Record<string, unknown>[]> {
  const records: Record<string, unknown>[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key } of page.Contents ?? []) {
      if (!Key?.includes(`/${folder}/`) || !Key.endsWith('.json.gz')) continue;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const text = gunzipSync(await Body!.transformToByteArray()).toString();
      records.push(...(JSON.parse(text) as { Records: Record<string, unknown>[] }).Records);
    }
  }
  return records;
}

/** The policy that CloudTrail asks of a bucket. */
export function trailBucketPolicy(bucket: string, accountId: string, prefix = ''): string {
  const principal = { Service: 'cloudtrail.amazonaws.com' };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AWSCloudTrailAclCheck20150319',
        Effect: 'Allow',
        Principal: principal,
        Action: 's3:GetBucketAcl',
        Resource: `arn:aws:s3:::${bucket}`,
      },
      {
        Sid: 'AWSCloudTrailWrite20150319',
        Effect: 'Allow',
        Principal: principal,
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${bucket}/${prefix}AWSLogs/${accountId}/*`,
        Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
      },
    ],
  });
}

/** Status and code of what an SDK call was refused with, such as `403 AccessDenied`; `went well` when it was not. */
export function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'went well',
    (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
      `${error.$metadata?.httpStatusCode} ${error.name}`,
  );
}
