import { performance } from 'node:perf_hooks';

import { createModels } from '../src/aws/models/index.ts';
import { createNamer, type RequestHead } from '../src/capture/naming/index.ts';
import { line, median } from './kit/machine.ts';

/** Requests as the official clients send them, named one after another on one core; and what all installed models take to load. */
export async function benchNaming({ rounds = 5, seconds = 1 } = {}): Promise<void> {
  await benchModels();
  const models = createModels();
  const namer = createNamer({ models, defaultRegion: 'us-east-1' });
  await Promise.all(['s3', 'lambda', 'route53', 'apigateway'].map((service) => models.load(service)));
  line('naming: requests a second on one core');
  const rates: number[] = [];
  for (const [what, requests] of Object.entries(REQUESTS)) {
    const rate = median(Array.from({ length: rounds }, () => rateOf(requests, namer.name, seconds)));
    rates.push(rate);
    line(`  ${what}: ${Math.round(rate).toLocaleString('en')}`);
  }
  const mixed = Object.values(REQUESTS).flat();
  line(`  all in turns: ${Math.round(rateOf(mixed, namer.name, seconds)).toLocaleString('en')}`);
  line(`  slowest: ${Math.round(Math.min(...rates)).toLocaleString('en')}`);
}

/** Also the longest time that loading keeps the event loop to itself: a call may come at any moment. */
async function benchModels(): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const models = createModels();
  let longest = 0;
  let last = performance.now();
  let watching = true;
  const watch = () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (watching) setImmediate(watch);
  };
  setImmediate(watch);
  const began = performance.now();
  for (const service of models.installed()) await models.load(service);
  const took = performance.now() - began;
  watching = false;
  const grown = (process.memoryUsage().rss - before) / 1024 ** 2;
  line(
    `models: ${models.packages().length} packages in ${Math.round(took)} ms, ${Math.round(grown)} MB more, ` +
      `event loop held for at most ${Math.round(longest)} ms`,
  );
}

/** Of one clock reading to a thousand requests. */
function rateOf(
  requests: readonly RequestHead[],
  name: (request: RequestHead) => unknown,
  seconds: number,
): number {
  const began = performance.now();
  let done = 0;
  let elapsed = 0;
  while (elapsed < seconds * 1000) {
    for (let i = 0; i < 1000; i++) name(requests[done++ % requests.length] as RequestHead);
    elapsed = performance.now() - began;
  }
  return (done / elapsed) * 1000;
}

function request(service: string, head: Partial<RequestHead>): RequestHead {
  return {
    method: 'POST',
    path: '/',
    query: '',
    ...head,
    headers: {
      host: `${service}.eu-west-1.amazonaws.com`,
      'user-agent': 'aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.12 lang/python#3.13.7',
      'x-amz-date': '20260102T030405Z',
      authorization:
        `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260102/eu-west-1/${service}/aws4_request, ` +
        `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
      ...head.headers,
    },
  };
}

const json = (service: string, target: string) =>
  request(service, { headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target } });
const form = (service: string, body: string) =>
  request(service, {
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    bodyStart: Buffer.from(body),
  });
const rest = (service: string, method: string, path: string, query = '') =>
  request(service, { method, path, query });

const REQUESTS: Readonly<Record<string, readonly RequestHead[]>> = {
  'JSON by target': [
    json('dynamodb', 'DynamoDB_20120810.ListTables'),
    json('kms', 'TrentService.GenerateDataKey'),
    json('logs', 'Logs_20140328.PutLogEvents'),
  ],
  'Query by form': [
    form('ec2', 'Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1'),
    form(
      'sts',
      'Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&RoleSessionName=s',
    ),
  ],
  'S3 by route': [
    rest('s3', 'GET', '/bucket/folder/key.txt'),
    rest('s3', 'PUT', '/bucket/folder/key.txt', 'partNumber=1&uploadId=abc'),
    rest('s3', 'GET', '/bucket', 'list-type=2&prefix=a%2Fb&max-keys=100'),
    rest('s3', 'PUT', '/bucket', 'versioning'),
  ],
  'S3 presigned, bucket in the host': [
    {
      method: 'GET',
      path: '/folder/key.txt',
      query:
        'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260102%2Feu-west-1%2Fs3%2Faws4_request' +
        '&X-Amz-Date=20260102T030405Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=00',
      headers: { host: 'bucket.s3.eu-west-1.amazonaws.com' },
    },
  ],
  'REST by route': [
    rest('lambda', 'POST', '/2015-03-31/functions/my-function/invocations'),
    rest('route53', 'GET', '/2013-04-01/hostedzone/Z123/rrset'),
    rest('apigateway', 'GET', '/restapis/abc/resources/def/methods/GET/integration'),
  ],
  'CBOR by path': [
    request('monitoring', {
      path: '/service/GraniteServiceVersion20100801/operation/PutMetricData',
      headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
    }),
  ],
};
