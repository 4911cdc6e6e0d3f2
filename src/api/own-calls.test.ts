import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';

import { AwsError } from '../aws/errors.ts';
import { signRequest } from '../aws/sigv4/sign-request.ts';
import { createNamer } from '../capture/naming/index.ts';
import { ADMIN, call, json, NOBODY, startEndpoint, talk, type Endpoint, type Overrides } from './test-kit.ts';

const started: Endpoint[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

async function start(overrides?: Overrides): Promise<Endpoint> {
  const endpoint = await startEndpoint(createNamer, overrides);
  started.push(endpoint);
  return endpoint;
}

const clientOf = ({ url }: Endpoint) => ({
  endpoint: url,
  region: 'us-east-1',
  credentials: ADMIN,
  maxAttempts: 1,
});

describe('an operation of ours', () => {
  it('answers the official clients of JSON and query protocols', async () => {
    const endpoint = await start();
    const events = await new CloudTrailClient(clientOf(endpoint)).send(
      new LookupEventsCommand({ MaxResults: 7 }),
    );
    expect(events.Events).toMatchObject([{ EventName: '7', Username: '127.0.0.1' }]);
    const identity = await new STSClient(clientOf(endpoint)).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:iam::123456789012:user/admin');
    expect(endpoint.calls).toMatchObject([
      {
        named: { service: 'cloudtrail', operation: 'LookupEvents' },
        outcome: 'allowed',
        servedBy: 'opentrail',
        caller: { type: 'IAMUser', userName: 'admin', accessKeyId: ADMIN.accessKeyId },
        request: { body: Buffer.from('{"MaxResults":7}') },
        response: { status: 200 },
        failure: undefined,
      },
      { named: { service: 'sts', operation: 'GetCallerIdentity' }, outcome: 'allowed' },
    ]);
  });

  it('sees members that the model does not know, and may answer some', async () => {
    const endpoint = await start();
    const answer = await call(endpoint.url, { headers: json('LookupEvents'), body: '{"Scope":"all"}' });
    expect(JSON.parse(answer.body)).toMatchObject({ Seen: 'all' });
  });

  it('streams objects in and out, framed or not, through the official client', async () => {
    const endpoint = await start();
    const s3 = new S3Client({ ...clientOf(endpoint), forcePathStyle: true });
    const body = Buffer.alloc(700_000, 'opentrail ');
    const { Readable } = await import('node:stream');
    for (const Body of [body, Readable.from([body.subarray(0, 300_000), body.subarray(300_000)])]) {
      await s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body, ContentLength: body.length }));
      expect(endpoint.objects.get('b/k')?.equals(body)).toBe(true);
      const got = await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    }
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(head.ContentLength).toBe(700_000);
    expect(endpoint.calls.map(({ named, outcome }) => `${named.operation} ${outcome}`)).toEqual([
      'PutObject allowed',
      'GetObject allowed',
      'PutObject allowed',
      'GetObject allowed',
      'HeadObject allowed',
    ]);
    expect(endpoint.calls[1]?.response).toMatchObject({ bodyBytes: 700_000, body: undefined });
  });

  it('lets anonymous callers in where it is made for them and a policy allows it', async () => {
    const endpoint = await start();
    const put = (path: string) => fetch(`${endpoint.url}${path}`, { method: 'PUT', body: 'x' });
    expect((await put('/public/k')).status).toBe(200);
    const refused = await put('/private/k');
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code>'),
    ]);
    expect(endpoint.calls.map(({ outcome, caller }) => [outcome, caller])).toEqual([
      ['allowed', undefined],
      ['denied', undefined],
    ]);
  });
});

describe('a refused call', () => {
  it('of an unknown key is answered and recorded, its caller unknown', async () => {
    const endpoint = await start();
    const credentials = { accessKeyId: 'AKIASTRANGER00000001', secretAccessKey: 'x' };
    const answer = await call(endpoint.url, { credentials, headers: json('LookupEvents'), body: '{}' });
    expect(JSON.parse(answer.body)).toMatchObject({ __type: 'UnrecognizedClientException' });
    expect(endpoint.calls).toMatchObject([
      { outcome: 'failed', caller: undefined, response: { status: 400 } },
    ]);
  });

  it('with a wrong signature never stands in the name of the key', async () => {
    const endpoint = await start();
    const credentials = { ...ADMIN, secretAccessKey: 'guess' };
    const answer = await call(endpoint.url, { credentials, headers: json('LookupEvents'), body: '{}' });
    expect(answer).toMatchObject({ status: 403, body: expect.stringContaining('InvalidSignatureException') });
    expect(endpoint.calls).toMatchObject([{ outcome: 'denied', caller: undefined }]);
  });

  it('signed an hour ago is out of date', async () => {
    const endpoint = await start();
    const answer = await call(endpoint.url, {
      headers: json('LookupEvents'),
      body: '{}',
      now: Date.now() - 3_600_000,
    });
    expect(answer.body).toContain('Signature expired');
  });

  it('without a permission stands in the name of its caller', async () => {
    const endpoint = await start();
    const answer = await call(endpoint.url, {
      credentials: NOBODY,
      headers: json('LookupEvents'),
      body: '{}',
    });
    expect(JSON.parse(answer.body)).toMatchObject({
      __type: 'AccessDeniedException',
      message: expect.stringContaining('user/nobody is not authorized'),
    });
    expect(endpoint.calls).toMatchObject([{ outcome: 'denied', caller: { userName: 'nobody' } }]);
  });

  it('with a body that cannot be parsed', async () => {
    const endpoint = await start();
    const answer = await call(endpoint.url, { headers: json('LookupEvents'), body: '{"MaxResults":' });
    expect(JSON.parse(answer.body)).toMatchObject({ __type: 'SerializationException' });
    expect(endpoint.calls).toMatchObject([
      { outcome: 'failed', caller: { userName: 'admin' }, request: { body: Buffer.from('{"MaxResults":') } },
    ]);
  });

  it('with a body that is too large', async () => {
    const endpoint = await start();
    const body = Buffer.alloc(9 * 1024 * 1024, ' ');
    const answer = await call(endpoint.url, { headers: json('LookupEvents'), body });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([413, { __type: 'RequestTooLarge' }]);
    expect(endpoint.calls).toMatchObject([{ outcome: 'failed', response: { status: 413 } }]);
  });

  it.each([
    ['json', { headers: json('StartImport'), body: '{}' }, 400, 'UnsupportedOperationException'],
    ['rest-xml', { service: 's3', method: 'GET', path: '/b?analytics' }, 501, '<Code>NotImplemented</Code>'],
    [
      'query',
      {
        service: 'iam',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=CreateGroup&Version=2010-05-08&GroupName=g',
      },
      400,
      '<Code>InvalidAction</Code>',
    ],
    [
      'query without Action',
      {
        service: 'iam',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Version=2010-05-08&GroupName=g',
      },
      400,
      '<Code>MissingAction</Code>',
    ],
  ])('to an operation that is not built: %s', async (_protocol, options, status, code) => {
    const endpoint = await start();
    const answer = await call(endpoint.url, options);
    expect(answer).toMatchObject({ status, body: expect.stringContaining(code) });
    expect(endpoint.calls).toMatchObject([{ outcome: 'failed', caller: { userName: 'admin' } }]);
  });

  it('that fails because of us tells nothing of why', async () => {
    const endpoint = await start();
    const answer = await call(endpoint.url, { headers: json('ListTrails'), body: '{}' });
    expect(answer).toMatchObject({ status: 500, body: expect.not.stringContaining('bug') });
    expect(endpoint.calls).toMatchObject([{ outcome: 'failed', caller: { userName: 'admin' } }]);
  });

  it('of the operation keeps its code and status', async () => {
    const endpoint = await start();
    const answer = await call(endpoint.url, { headers: json('GetTrail'), body: '{"Name":"x"}' });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      404,
      { __type: 'TrailNotFoundException' },
    ]);
  });

  it('of an object whose content is another than was signed for', async () => {
    const endpoint = await start();
    const by = { credentials: ADMIN, service: 's3', region: 'us-east-1', now: Date.now() };
    const headers = signRequest(by, { method: 'PUT', url: `${endpoint.url}/b/k`, body: 'what was signed' });
    delete headers['host'];
    const answer = await fetch(`${endpoint.url}/b/k`, { method: 'PUT', headers, body: 'something else.' });
    expect([answer.status, await answer.text()]).toMatchObject([
      400,
      expect.stringContaining('XAmzContentSHA256Mismatch'),
    ]);
    expect(endpoint.objects.size).toBe(0);
  });
});

describe('an upload that its operation refuses unread', () => {
  const refusing: Overrides = {
    operations: [
      {
        service: 's3',
        name: 'UploadPart',
        handle: () => Promise.reject(new AwsError('NoSuchUpload', 'It does not exist.', { status: 404 })),
      },
    ],
  };
  const path = '/b/k?partNumber=1&uploadId=u';
  const head = (endpoint: Endpoint, more: string) => {
    const by = { credentials: ADMIN, service: 's3', region: 'us-east-1', now: Date.now() };
    const url = `${endpoint.url}${path}`;
    const headers = Object.entries(signRequest(by, { method: 'PUT', url, body: 'what was signed' }));
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return `PUT ${path} HTTP/1.1\r\nContent-Length: 100000\r\n${lines}${more}\r\n`;
  };
  const next = 'GET /bucket/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

  it('is answered once, also when its content is not what was signed', async () => {
    const endpoint = await start(refusing);
    const answer = await talk(endpoint.port, head(endpoint, '') + 'x'.repeat(100_000) + next);
    expect(answer).toMatch(/^HTTP\/1\.1 404 [^]*NoSuchUpload[^]*HTTP\/1\.1 [45]\d\d /);
  });

  it('is not asked for after its answer', async () => {
    const endpoint = await start(refusing);
    const answer = await talk(endpoint.port, head(endpoint, 'Expect: 100-continue\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).not.toContain('100 Continue');
  });

  it('may be broken off by its client', async () => {
    const endpoint = await start(refusing);
    await talk(endpoint.port, `${head(endpoint, '')}half`, /NoSuchUpload/);
    expect((await call(endpoint.url, { service: 'sts', path: '/?Action=GetCallerIdentity' })).status).toBe(
      200,
    );
  });
});

describe('an upload whose chunks are wrong', () => {
  it('is refused, and its connection serves the next request', async () => {
    const endpoint = await start();
    const by = { credentials: ADMIN, service: 's3', region: 'us-east-1', now: Date.now() };
    const headers = signRequest(by, {
      method: 'PUT',
      url: `${endpoint.url}/b/k`,
      body: { hash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
      headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '2000000' },
    });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `PUT /b/k HTTP/1.1\r\nContent-Length: 2000000\r\n${lines.join('')}\r\n`;
    const next = 'GET /b/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
    const answer = await talk(endpoint.port, `${head}no chunk\r\n${'x'.repeat(2_000_000 - 10)}${next}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*InvalidChunkSizeError[^]*HTTP\/1\.1 501 /);
    expect(endpoint.objects.size).toBe(0);
  });
});

describe('a call that nobody serves', () => {
  it('says so, and what to do, and is recorded', async () => {
    const endpoint = await start();
    const credentials = { accessKeyId: 'AKIASTRANGER00000001', secretAccessKey: 'x' };
    const headers = {
      'x-amz-target': 'DynamoDB_20120810.ListTables',
      'content-type': 'application/x-amz-json-1.0',
    };
    const answer = await call(endpoint.url, { credentials, service: 'dynamodb', headers, body: '{}' });
    expect(answer).toMatchObject({
      status: 501,
      body: expect.stringContaining('OPENTRAIL_UPSTREAM_DYNAMODB'),
    });
    expect(endpoint.calls).toMatchObject([
      {
        named: { service: 'dynamodb', operation: 'ListTables' },
        servedBy: 'nobody',
        outcome: 'failed',
        caller: undefined,
      },
    ]);
  });

  it('knows a caller whose key is ours', async () => {
    const endpoint = await start();
    const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables' };
    expect((await call(endpoint.url, { service: 'dynamodb', headers, body: '{}' })).status).toBe(501);
    expect(endpoint.calls).toMatchObject([{ servedBy: 'nobody', caller: { userName: 'admin' } }]);
  });
});

describe('an answer of ours', () => {
  it('waits for its record, and is 503 when there is none', async () => {
    const endpoint = await start({ sink: { outcome: () => Promise.reject(new Error('full')) } });
    const answer = await call(endpoint.url, { headers: json('LookupEvents'), body: '{}' });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([503, { __type: 'ServiceUnavailable' }]);
    expect(endpoint.calls).toHaveLength(1);
  });

  it('is refused before anything is done while nothing can be recorded', async () => {
    const endpoint = await start({ sink: { accepting: () => false } });
    const answer = await call(endpoint.url, { service: 's3', method: 'PUT', path: '/b/k', body: 'x' });
    expect(answer).toMatchObject({
      status: 503,
      body: expect.stringContaining('<Code>ServiceUnavailable</Code>'),
    });
    expect(endpoint.objects.size).toBe(0);
    expect(endpoint.calls).toEqual([]);
  });

  it('that breaks off is not taken for the whole', async () => {
    const endpoint = await start();
    endpoint.objects.set('b/broken', Buffer.alloc(10_000));
    await expect(call(endpoint.url, { service: 's3', method: 'GET', path: '/b/broken' })).rejects.toThrow();
    expect(endpoint.calls).toMatchObject([{ outcome: 'failed', failure: 'the disk is gone' }]);
  });

  it('to Expect: 100-continue comes before the body when the signature is wrong', async () => {
    const endpoint = await start();
    const head = `PUT /b/k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\nx-amz-date: 20261121T000000Z\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIASTRANGER00000001/20261121/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${'0'.repeat(64)}\r\n\r\n`;
    const answer = await talk(endpoint.port, head);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toContain('InvalidAccessKeyId');
    expect(endpoint.calls).toMatchObject([{ outcome: 'denied', request: { bodyBytes: 0 } }]);
  });
});
