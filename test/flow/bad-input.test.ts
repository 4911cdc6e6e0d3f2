import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { CloudTrailClient, CreateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { lookupAll, refusal, s3Client } from '../kit/client.ts';
import {
  breakOff,
  sendBytes,
  sendSigned,
  signedHead,
  SIGNED_CHUNKS,
  type SignedRequest,
} from '../kit/raw.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';

let server: TestServer;
let s3: S3Client;
let pid = 0;

beforeAll(async () => {
  server = await startServer({ env: { OPENTRAIL_DATA_EVENTS: 'all' } });
  pid = server.pid;
  s3 = s3Client(server);
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'secret', Body: 'secret' }));
});
afterAll(async () => {
  s3.destroy();
  expect(await server.stop()).toBe(0);
});
/** The process that was started answers, and nothing is wrong with it. */
afterEach(async () => {
  expect(() => process.kill(pid, 0)).not.toThrow();
  expect(await (await fetch(`${server.url}/_health`)).json()).toMatchObject({ status: 'ok', problems: [] });
  expect(server.stderr()).not.toMatch(/"level":[56]0|Unhandled|TypeError/);
});

const raw = (bytes: Parameters<typeof sendBytes>[1], enough?: RegExp) => sendBytes(server, bytes, enough);
const send = (request: SignedRequest) => sendSigned(server, request);

const json = (operation: string) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': `CloudTrail_20131101.${operation}`,
});
const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

/** The record of a call with this error (and this text in it), once it can be found. */
const recorded = (name: string, errorCode: string, containing = '') =>
  eventually(async () => {
    const found = await lookupAll(server, {
      LookupAttributes: [
        { AttributeKey: 'EventName', AttributeValue: name },
        { AttributeKey: 'ErrorCode', AttributeValue: errorCode },
      ],
      EventCategory: 'all',
    });
    const event = found.find(({ CloudTrailEvent }) => CloudTrailEvent.includes(containing));
    return event && (JSON.parse(event.CloudTrailEvent) as Record<string, unknown>);
  });

describe('a body that cannot be parsed', () => {
  it.each([
    ['no JSON', '{"Name": '],
    ['not an object', '[1]'],
    ['another type', '{"Name": {"a": 1}}'],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['too deep', `{"Name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('of JSON: %s', async (_, body) => {
    const { status, text } = await send({ headers: json('GetTrail'), body });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      __type: expect.stringMatching(/^(SerializationException|ValidationException)$/) as string,
    });
  });

  it('of JSON leaves a record with its name, its caller and the reason', async () => {
    await send({ headers: json('GetTrailStatus'), body: '{"Name": ' });
    expect(await recorded('GetTrailStatus', 'SerializationException')).toMatchObject({
      userIdentity: { type: 'IAMUser', userName: 'admin' },
      requestParameters: null,
      additionalEventData: expect.anything() as unknown,
    });
  });

  it('of JSON does not reach a prototype', async () => {
    const body = '{"__proto__":{"Scope":"all"},"constructor":{"prototype":{"polluted":1}},"MaxResults":1}';
    expect((await send({ headers: json('LookupEvents'), body })).status).toBe(200);
  });

  it.each([
    ['cut off', '<CreateBucketConfiguration><LocationConstraint>eu'],
    ['no XML at all', '{"a":1}'],
    [
      'with entities that grow',
      `<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "${'&b;'.repeat(50)}">]><CreateBucketConfiguration>&c;</CreateBucketConfiguration>`,
    ],
    ['too deep', '<a>'.repeat(50_000)],
  ])('of XML: %s', async (_, body) => {
    const { status, text } = await send({ method: 'PUT', path: '/broken-xml', service: 's3', body });
    expect([status, /<Code>(\w+)/.exec(text)?.[1]]).toEqual([400, 'MalformedXML']);
    expect(await recorded('CreateBucket', 'MalformedXML')).toMatchObject({
      userIdentity: { userName: 'admin' },
    });
  });

  it.each([
    ['no action', 'Version=2010-05-08', 'MissingAction'],
    ['an unknown action', 'Action=DoIt&Version=2010-05-08', 'InvalidAction'],
    ['broken escapes', 'Action=GetUser&UserName=%zz%E0%A4&Version=2010-05-08', undefined],
    [
      'a list without bounds',
      'Action=TagUser&UserName=a&Tags.member.4294967295.Key=a&Version=2010-05-08',
      undefined,
    ],
    [
      'a name of a prototype',
      'Action=GetUser&__proto__.a=1&constructor.prototype.b=1&Version=2010-05-08',
      undefined,
    ],
    ['nesting without end', `Action=GetUser&UserName${'.member.1'.repeat(5000)}=a`, undefined],
  ])('of a form: %s', async (_, body, code) => {
    const { status, text } = await send({ service: 'iam', headers: FORM, body });
    const told = /<Code>(\w+)/.exec(text)?.[1];
    if (code === undefined) expect(status).toBeLessThan(500);
    else expect([status, told]).toEqual([400, code]);
  });

  it.each([
    ['a size that is no number', 'zz\r\nhello\r\n0\r\n\r\n'],
    ['a size without end', `${'1'.repeat(2000)}\r\n`],
    ['more than was said', '5\r\nhelloworld\r\n0\r\n\r\n'],
  ])('in chunks: %s', async (_, body) => {
    const { status } = await raw(
      `POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX-Amz-Target: CloudTrail_20131101.GetTrail\r\nContent-Type: application/x-amz-json-1.1\r\n\r\n${body}`,
    );
    expect(status).toBe(400);
  });

  it.each([
    ['a size that is no number', 'zz;chunk-signature=0\r\nhello\r\n', 'InvalidChunkSizeError'],
    ['a chunk without its signature', '5\r\nhello\r\n0\r\n\r\n', 'InvalidChunkSizeError'],
    [
      'a wrong signature',
      `5;chunk-signature=${'0'.repeat(64)}\r\nhello\r\n0;chunk-signature=${'0'.repeat(64)}\r\n\r\n`,
      'SignatureDoesNotMatch',
    ],
  ])('in signed chunks: %s', async (_, body, code) => {
    const headers = {
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '5',
    };
    const { text } = await send({
      method: 'PUT',
      path: '/bucket/chunked',
      service: 's3',
      headers,
      body,
      hash: SIGNED_CHUNKS,
    });
    expect(/<Code>(\w+)/.exec(text)?.[1]).toBe(code);
    expect((await send({ method: 'GET', path: '/bucket/chunked', service: 's3' })).status).toBe(404);
    expect(await recorded('PutObject', code)).toMatchObject({ requestParameters: { bucketName: 'bucket' } });
  });
});

describe('headers', () => {
  it('of one megabyte are refused', async () => {
    const { status, text } = await raw([
      'GET /bucket/secret HTTP/1.1\r\nHost: h\r\n',
      ...Array.from({ length: 16 }, (_, i) => `X-Filler-${i}: ${'a'.repeat(65_536)}\r\n`),
      '\r\n',
    ]);
    expect(status).toBe(431);
    expect(text).toContain('RequestHeaderSectionTooLarge');
  });

  it('beyond the limit are refused with a record of the call they came with', async () => {
    const filler = { 'x-filler': 'a'.repeat(70_000) };
    const { status, text } = await send({ headers: { ...json('ListTrails'), ...filler }, body: '{}' });
    expect(status).toBe(431);
    expect(JSON.parse(text)).toMatchObject({ __type: 'RequestHeaderSectionTooLarge' });
    const record = await recorded('ListTrails', 'RequestHeaderSectionTooLarge');
    // The signature was not looked at.
    expect(record).toMatchObject({
      userIdentity: { type: 'Unknown' },
      additionalEventData: { claimedAccessKeyId: server.credentials.accessKeyId },
    });
  });

  it.each([
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a line without end', 'A'.repeat(300_000)],
    ['an unknown method', 'FROBNICATE / HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n'],
    ['a zero byte', 'GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n'],
    ['a folded line', 'GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n'],
  ])('that are %s end the connection', async (_, bytes) => {
    const { status, head } = await raw(bytes);
    expect([400, 431]).toContain(status);
    expect(head).toMatch(/connection: close/i);
  });

  it('with random bytes behind them do no harm', async () => {
    for (let round = 0; round < 20; round++) {
      const noise = crypto.getRandomValues(Buffer.alloc(4096));
      const { status } = await raw(
        Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nHost: h\r\nX: '), noise, Buffer.from('\r\n\r\n')]),
        /\r\n\r\n/,
      );
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('a length', () => {
  it('of a terabyte is refused before anything of it is read', async () => {
    const head = signedHead(
      server,
      { headers: json('LookupEvents'), body: '{}' },
      { 'content-length': '1099511627776' },
    );
    const { status, text } = await raw(head, /RequestTooLarge/);
    expect(status).toBe(413);
    expect(text).toContain('"RequestTooLarge"');
    expect(await recorded('LookupEvents', 'RequestTooLarge')).toMatchObject({
      userIdentity: { type: 'Unknown' },
      additionalEventData: { claimedAccessKeyId: server.credentials.accessKeyId },
    });
  });

  it('that is not kept leaves a record of the call', async () => {
    const request = { headers: json('DescribeTrails'), body: '{}' };
    await breakOff(server, `${signedHead(server, request, { 'content-length': '100' })}{}`);
    const record = await eventually(async () => {
      const [event] = await lookupAll(server, {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'DescribeTrails' }],
      });
      return event && (JSON.parse(event.CloudTrailEvent) as Record<string, unknown>);
    });
    expect(record).toMatchObject({ userIdentity: { type: 'Unknown' }, responseElements: null });
    expect(JSON.stringify(record)).toMatch(/clos|IncompleteBody/);
  });
});

describe('an upload', () => {
  const content = 'x'.repeat(1_000_000);
  const bodies = {
    'of known content': { body: content },
    'of unsigned content': { hash: 'UNSIGNED-PAYLOAD' },
    'in signed chunks': {
      hash: SIGNED_CHUNKS,
      headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '1000000' },
    },
  } as const;
  const cases = Object.keys(bodies).flatMap((how) =>
    ['bucket', 'no-such-bucket'].map((bucket) => [how as keyof typeof bodies, bucket] as const),
  );
  const sent = 'F4240;chunk-signature=0\r\n';

  it.each(cases)('%s to %s may be broken off, and leaves no object', async (how, bucket) => {
    const key = `${how.replaceAll(' ', '-')}-to-${bucket}`;
    const path = `/${bucket}/${key}`;
    const request = { method: 'PUT', path, service: 's3', ...bodies[how] };
    const head = signedHead(server, request, { 'content-length': String(content.length) });
    const start = how === 'in signed chunks' ? sent : '';
    await breakOff(server, `${head}${start}${content.slice(0, 200_000)}`);
    await breakOff(server, head);
    const found = await eventually(async () => {
      const events = await lookupAll(server, {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'PutObject' }],
        EventCategory: 'data',
      });
      const ours = events.filter(({ CloudTrailEvent }) => CloudTrailEvent.includes(`"${key}"`));
      return ours.length >= 2 ? ours : undefined;
    });
    for (const { CloudTrailEvent } of found)
      expect(JSON.parse(CloudTrailEvent)).toMatchObject({ requestParameters: { bucketName: bucket } });
    const { status } = await send({ method: 'GET', path, service: 's3' });
    expect(status).toBe(404);
  });

  it('that waits to be asked is answered at once when nobody wants it', async () => {
    const request = { method: 'PUT', path: '/no-such-bucket/k', service: 's3', body: content };
    const more = { 'content-length': String(content.length), expect: '100-continue' };
    const { status, text } = await raw(signedHead(server, request, more), /NoSuchBucket/);
    expect(status).toBe(404);
    expect(text).not.toContain('100 Continue');
  });
});

describe('a path with ..', () => {
  it.each([
    '/_console/../../package.json',
    '/_console/%2e%2e/%2e%2e/package.json',
    '/_console/..%2f..%2fetc/passwd',
    '/_console/..\\..\\package.json',
  ])('below the console: %s', async (path) => {
    const { status, text } = await raw(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect(status).toBe(404);
    expect(text).not.toMatch(/"devDependencies"|root:/);
  });

  it('in a bucket is a key like any other', async () => {
    const target = { Bucket: 'bucket', Key: '../../settings.db' };
    expect(await refusal(s3.send(new GetObjectCommand(target)))).toBe('404 NoSuchKey');
    await s3.send(new PutObjectCommand({ ...target, Body: 'an object' }));
    const { Body } = await s3.send(new GetObjectCommand(target));
    expect(await Body!.transformToString()).toBe('an object');
    expect(await recorded('GetObject', 'NoSuchKey', 'settings.db')).toMatchObject({
      requestParameters: { bucketName: 'bucket', key: target.Key },
    });
    const unsigned = await raw(
      'GET /bucket/../../settings.db HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    );
    expect(unsigned.status).toBe(403);
    expect(unsigned.text).toContain('<Code>AccessDenied</Code>');
  });
});

describe('a trail name', () => {
  type Case = { readonly name: string; readonly message: string | null };
  const cases = JSON.parse(
    readFileSync(new URL('../cases/trails/trail-names.json', import.meta.url), 'utf8'),
  ) as Case[];
  const bad = cases.filter(({ message }) => message !== null);

  it('of each forbidden form is refused in AWS’s words', async () => {
    const client = new CloudTrailClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: server.credentials,
    });
    expect(bad.length).toBeGreaterThan(8);
    for (const { name, message } of bad) {
      const Name = name.replace(/^A\*(\d+)$/, (_, count: string) => 'A'.repeat(Number(count)));
      await expect(
        client.send(new CreateTrailCommand({ Name, S3BucketName: 'bucket' })),
      ).rejects.toMatchObject({
        name: 'InvalidTrailNameException',
        message,
        $metadata: { httpStatusCode: 400 },
      });
    }
    expect(await recorded('CreateTrail', 'InvalidTrailNameException')).toMatchObject({
      requestParameters: { s3BucketName: 'bucket' },
    });
  });
});

describe('records that are sent in', () => {
  const ingest = (body: Uint8Array | string, more: Readonly<Record<string, string>> = {}) =>
    send({ path: '/_ingest/records?origin=imported', service: 'opentrail', headers: more, body });

  it('as a gzip bomb are refused', async () => {
    const { status, text } = await ingest(gzipSync(Buffer.alloc(200 * 1024 * 1024)));
    expect(status).toBe(413);
    expect(text).toContain('RequestTooLarge');
    expect(await recorded('IngestRecords', 'RequestTooLarge')).toMatchObject({ eventName: 'IngestRecords' });
  });

  it('as half a gzip stream are refused', async () => {
    const whole = gzipSync('{"Records":[]}');
    const { status, text } = await ingest(whole.subarray(0, whole.length - 9));
    expect([status, (JSON.parse(text) as { __type: string }).__type]).toEqual([
      400,
      'InvalidParameterException',
    ]);
  });

  it('as something else are named and passed over', async () => {
    const { status, text } = await ingest('{"Records":[1,{"eventName":"X"},null]}');
    expect(status).toBe(200);
    const report = JSON.parse(text) as { recorded: number; rejected: { reason: string }[] };
    expect(report).toMatchObject({
      recorded: 0,
      rejected: [{ offset: 12 }, { offset: 14, reason: 'has no eventTime' }, { offset: 32 }],
    });
  });
});
