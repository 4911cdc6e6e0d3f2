import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { createModels } from '../../aws/models/index.ts';
import { createNamer } from './index.ts';

const SCRIPT = fileURLToPath(new URL('./testing/boto-requests.py', import.meta.url));
const botoPresent = spawnSync('python3', ['-c', 'import botocore']).status === 0;

type Line = {
  readonly client: string;
  readonly service: string;
  readonly operation: string;
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

const SERVICES = [
  'cloudtrail',
  's3',
  'ec2',
  'iam',
  'sts',
  'lambda',
  'monitoring',
  'sqs',
  'kms',
  'route53',
  'dynamodb',
  'ses',
];

/** Clients whose package is not installed, and old names for the same request. */
const OTHER_CLIENTS = new Set(['s3control', 'dynamodbstreams', 'pinpoint-email', 'mailmanager']);
const SAME_REQUEST: Readonly<Record<string, string>> = {
  GetBucketLifecycle: 'GetBucketLifecycleConfiguration',
  GetBucketNotification: 'GetBucketNotificationConfiguration',
  PutBucketLifecycle: 'PutBucketLifecycleConfiguration',
  PutBucketNotification: 'PutBucketNotificationConfiguration',
};

/** Moved to other paths in the newer model that is installed. */
const MOVED = new Set(['sesv2.ListConfigurationSets', 'sesv2.ListEmailIdentities']);

describe.skipIf(!botoPresent)('requests of botocore (skipped without python3 and botocore)', () => {
  it('are named as what was called', async () => {
    const { stdout } = await promisify(execFile)('python3', [SCRIPT, ...SERVICES], {
      maxBuffer: 256 * 1024 * 1024,
    });
    const namer = createNamer({ models: createModels(), defaultRegion: 'us-east-1' });
    const wrong: string[] = [];
    let named = 0;
    for (const text of stdout.trim().split('\n')) {
      const line = JSON.parse(text) as Line;
      if (
        line.url === undefined ||
        OTHER_CLIENTS.has(line.client) ||
        MOVED.has(`${line.client}.${line.operation}`)
      )
        continue;
      const { pathname, search, host } = new URL(line.url);
      const at = line.url.indexOf('?');
      const rawPath = line.url.slice(line.url.indexOf('/', 'http://'.length), at === -1 ? undefined : at);
      const request = {
        method: line.method ?? '',
        path: rawPath || pathname,
        query: search.slice(1),
        headers: { host, ...line.headers },
      };
      await namer.prepare(request);
      const body = Buffer.from(line.body ?? '', 'base64').subarray(0, 4096);
      const call = namer.name({ ...request, bodyStart: namer.needsBodyStart(request) ? body : undefined });
      const expected = SAME_REQUEST[line.operation] ?? line.operation;
      if (call.service === line.service && call.operation === expected) named++;
      else wrong.push(`${line.client} ${line.operation}: ${call.service} ${call.operation}`);
    }
    expect(wrong).toEqual([]);
    expect(named).toBeGreaterThan(1500);
  });
});
