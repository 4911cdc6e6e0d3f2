import { execFile, spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AwsError } from '../errors.ts';
import { createModels, modelOf } from '../models/index.ts';
import type { OperationOutput } from '../operation.ts';
import type { Protocol } from './protocol.ts';
import { serializeError } from './serialize-error.ts';
import { serializeResponse } from './serialize-response.ts';

const SCRIPT = fileURLToPath(new URL('./testing/boto-answers.py', import.meta.url));
const botoPresent = spawnSync('python3', ['-c', 'import boto3']).status === 0;

type Call = {
  readonly client: string;
  readonly method: string;
  readonly params: object;
  readonly service: string;
  readonly operation: string;
  readonly protocol: Protocol;
  readonly result: OperationOutput;
  readonly expected: object;
};

const TIME = new Date('2026-01-02T03:04:05Z');
const SECONDS = TIME.getTime() / 1000;

function call(
  names: [string, string, string, string, Protocol],
  params: object,
  output: object,
  expected: object = output,
): Call {
  const [client, method, service, operation, protocol] = names;
  return {
    client,
    method,
    params,
    service,
    operation,
    protocol,
    result: { output: { ...output } },
    expected,
  };
}

const CALLS: readonly Call[] = [
  call(
    ['cloudtrail', 'lookup_events', 'cloudtrail', 'LookupEvents', 'json'],
    {},
    { Events: [{ EventId: 'e', EventTime: TIME }] },
    { Events: [{ EventId: 'e', EventTime: SECONDS }] },
  ),
  call(
    ['sts', 'get_caller_identity', 'sts', 'GetCallerIdentity', 'query'],
    {},
    { Account: '123456789012', Arn: 'arn:<a>' },
  ),
  call(
    ['iam', 'list_users', 'iam', 'ListUsers', 'query'],
    {},
    { Users: [{ UserName: 'a', CreateDate: TIME }], IsTruncated: false },
    { Users: [{ UserName: 'a', CreateDate: SECONDS }], IsTruncated: false },
  ),
  call(
    ['ec2', 'describe_instances', 'ec2', 'DescribeInstances', 'ec2'],
    {},
    {
      Reservations: [
        { ReservationId: 'r', Instances: [{ InstanceId: 'i', State: { Code: 16, Name: 'running' } }] },
      ],
    },
  ),
  call(
    ['lambda', 'list_functions', 'lambda', 'ListFunctions', 'rest-json'],
    {},
    { Functions: [{ FunctionName: 'f', MemorySize: 128 }] },
  ),
  call(
    ['route53', 'get_hosted_zone', 'route53', 'GetHostedZone', 'rest-xml'],
    { Id: 'Z1' },
    { HostedZone: { Id: '/hostedzone/Z1', Name: 'a.' } },
  ),
  call(['sqs', 'list_queues', 'sqs', 'ListQueues', 'json'], {}, { QueueUrls: ['http://q/1'] }),
  call(
    ['cloudwatch', 'list_metrics', 'monitoring', 'ListMetrics', 'json'],
    {},
    { Metrics: [{ Namespace: 'n', MetricName: 'm' }] },
  ),
  call(
    ['s3', 'list_buckets', 's3', 'ListBuckets', 'rest-xml'],
    {},
    { Buckets: [{ Name: 'b', CreationDate: TIME }] },
    { Buckets: [{ Name: 'b', CreationDate: SECONDS }] },
  ),
  call(
    ['s3', 'get_bucket_location', 's3', 'GetBucketLocation', 'rest-xml'],
    { Bucket: 'b' },
    { LocationConstraint: 'eu-west-1' },
  ),
  call(
    ['s3', 'get_bucket_location', 's3', 'GetBucketLocation', 'rest-xml'],
    { Bucket: 'b' },
    {},
    { LocationConstraint: null },
  ),
  call(
    ['s3', 'list_objects_v2', 's3', 'ListObjectsV2', 'rest-xml'],
    { Bucket: 'b' },
    {
      Name: 'b',
      IsTruncated: false,
      Contents: [
        { Key: 'a &<\r\n>', Size: 1 },
        { Key: 'c', Size: 2 },
      ],
      CommonPrefixes: [{ Prefix: 'p/' }],
    },
  ),
  call(
    ['s3', 'get_bucket_policy', 's3', 'GetBucketPolicy', 'rest-xml'],
    { Bucket: 'b' },
    { Policy: '{"Version":"2012-10-17"}' },
  ),
  call(
    ['s3', 'get_object', 's3', 'GetObject', 'rest-xml'],
    { Bucket: 'b', Key: 'k' },
    { Body: 'content', ContentLength: 7, ContentType: 'text/plain', ETag: '"e"', Metadata: { one: '1' } },
  ),
  call(
    ['s3', 'create_multipart_upload', 's3', 'CreateMultipartUpload', 'rest-xml'],
    { Bucket: 'b', Key: 'k' },
    { Bucket: 'b', Key: 'k', UploadId: 'u' },
  ),
];

const models = createModels();
let server: Server;
let endpoint = '';
let served: { call: Call; fail: boolean } = { call: CALLS[0] as Call, fail: false };
let queue: { call: Call; fail: boolean }[] = [];

async function answer() {
  served = queue.shift() ?? served;
  const { service, operation, protocol, result } = served.call;
  if (served.fail)
    return serializeError(
      served.call,
      new AwsError('SomethingNotFound', 'No <such> thing.', { status: 404 }),
      'request-1',
    );
  const loaded = await models.load(service);
  const model = loaded && modelOf(loaded, operation, protocol);
  return serializeResponse(model ?? expect.unreachable(operation), result, 'request-1');
}

beforeAll(async () => {
  server = createServer((_request, response) => {
    void answer().then(({ status, headers, body }) => {
      response.writeHead(status, headers);
      if (body instanceof Readable) body.pipe(response);
      else response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

function callAll(fail: boolean): Promise<unknown[]> {
  queue = CALLS.map((one) => ({ call: one, fail }));
  return new Promise((resolve, reject) => {
    const child = execFile('python3', [SCRIPT, endpoint], (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout) as unknown[]);
    });
    child.stdin?.end(JSON.stringify(CALLS));
  });
}

describe.skipIf(!botoPresent)('boto3 (skipped without python3 and boto3)', () => {
  it('reads answers of every protocol as what was given', async () => {
    const answers = await callAll(false);
    for (const [index, one] of CALLS.entries())
      expect(answers[index], one.operation).toMatchObject(one.expected);
  });

  it('shows code, message, status and request id of errors of every protocol', async () => {
    const answers = await callAll(true);
    for (const [index, one] of CALLS.entries()) {
      expect(answers[index], one.operation).toEqual({
        code: 'SomethingNotFound',
        message: 'No <such> thing.',
        status: 404,
        requestId: 'request-1',
      });
    }
  });
});
