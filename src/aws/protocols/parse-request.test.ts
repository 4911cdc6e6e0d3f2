import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { beforeAll, describe, expect, it } from 'vitest';

import { AwsError } from '../errors.ts';
import { createModels, modelOf, type OperationModel } from '../models/index.ts';
import { parseRequest, streamsRequest } from './parse-request.ts';
import type { Protocol } from './protocol.ts';

const models = createModels();
const found = new Map<string, OperationModel>();

beforeAll(async () => {
  const wanted: readonly (readonly [string, string, Protocol])[] = [
    ['cloudtrail', 'LookupEvents', 'json'],
    ['cloudtrail', 'CreateTrail', 'json'],
    ['dynamodb', 'PutItem', 'json'],
    ['monitoring', 'PutMetricData', 'cbor'],
    ['iam', 'TagUser', 'query'],
    ['sqs', 'SetQueueAttributes', 'query'],
    ['ec2', 'RunInstances', 'ec2'],
    ['s3', 'PutObject', 'rest-xml'],
    ['s3', 'GetObject', 'rest-xml'],
    ['s3', 'CreateBucket', 'rest-xml'],
    ['s3', 'DeleteObjects', 'rest-xml'],
    ['lambda', 'TagResource', 'rest-json'],
    ['lambda', 'Invoke', 'rest-json'],
  ];
  for (const [service, operation, protocol] of wanted) {
    const loaded = await models.load(service);
    const model = loaded && modelOf(loaded, operation, protocol);
    if (model !== undefined) found.set(operation, model);
  }
});

function model(operation: string): OperationModel {
  return found.get(operation) ?? expect.unreachable(`${operation} is not loaded`);
}

type Parts = { path?: string; query?: string; headers?: Record<string, string>; lenient?: boolean };

function parse(
  operation: string,
  body: string | Uint8Array | Readable | undefined,
  { lenient, ...parts }: Parts = {},
) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return parseRequest(
    model(operation),
    { method: 'POST', path: '/', query: '', headers: {}, ...parts, body: bytes },
    { lenient },
  );
}

function refusal(action: () => unknown): AwsError {
  try {
    action();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  return expect.unreachable('was not refused');
}

describe('bodies that cannot be read are refused in the words of their protocol', () => {
  it.each([
    ['LookupEvents', '{', 'SerializationException'],
    ['LookupEvents', '\u0000', 'SerializationException'],
    ['LookupEvents', '[]', 'SerializationException'],
    ['LookupEvents', '"text"', 'SerializationException'],
    ['LookupEvents', '{"MaxResults":"many"}', 'SerializationException'],
    ['LookupEvents', '{"LookupAttributes":{}}', 'SerializationException'],
    ['LookupEvents', '{"StartTime":"yesterday"}', 'SerializationException'],
    ['CreateTrail', '{"Name":5}', 'SerializationException'],
    ['CreateTrail', '{"IsMultiRegionTrail":"yes"}', 'SerializationException'],
    ['TagUser', 'UserName=%zz', 'MalformedQueryString'],
    ['RunInstances', 'MinCount=many', 'MalformedInput'],
    ['RunInstances', 'EbsOptimized=maybe', 'MalformedInput'],
    [`RunInstances`, `${'A.'.repeat(100)}=1`, 'MalformedInput'],
    ['CreateBucket', '<CreateBucketConfiguration>', 'MalformedXML'],
    ['CreateBucket', '<CreateBucketConfiguration><a></CreateBucketConfiguration>', 'MalformedXML'],
    ['CreateBucket', 'hello', 'MalformedXML'],
    ['CreateBucket', '<Other/>', 'MalformedXML'],
    ['DeleteObjects', `${'<a>'.repeat(500)}${'</a>'.repeat(500)}`, 'MalformedXML'],
    ['PutMetricData', '\u00ff', 'SerializationException'],
  ])('%s %j: %s', (operation, body, code) => {
    const error = refusal(() => parse(operation, body));
    expect(error).toMatchObject({ code, status: 400 });
  });

  it('names the value that does not fit', () => {
    expect(refusal(() => parse('LookupEvents', '{"MaxResults":"many"}')).message).toBe(
      'STRING_VALUE (many) can not be converted to Number',
    );
  });

  it('refuses text that is not UTF-8', () => {
    expect(refusal(() => parse('LookupEvents', Uint8Array.of(0x22, 0xff, 0x22))).code).toBe(
      'SerializationException',
    );
    expect(refusal(() => parse('CreateBucket', Uint8Array.of(0x3c, 0xff, 0x3e))).code).toBe('MalformedXML');
  });

  it('refuses a path that cannot be decoded', () => {
    expect(refusal(() => parse('GetObject', undefined, { path: '/bucket/%zz' })).code).toBe('InvalidURI');
  });
});

describe('bombs', () => {
  it('refuses entities, so that nothing can be multiplied', () => {
    const laughs = `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(1000)}">]><Delete>&b;</Delete>`;
    expect(refusal(() => parse('DeleteObjects', laughs)).code).toBe('MalformedXML');
  });

  it('refuses JSON nested deeper than any model', () => {
    const item = `${'{"L":['.repeat(5000)}${']}'.repeat(5000)}`;
    expect(refusal(() => parse('PutItem', `{"TableName":"t","Item":{"a":${item}}}`)).code).toBe(
      'SerializationException',
    );
  });

  it('refuses CBOR that declares more than it holds', () => {
    for (const bytes of [
      [0x9a, 0xff, 0xff, 0xff, 0xff],
      [0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x5a, 0x7f, 0xff, 0xff, 0xff],
      Array.from({ length: 5000 }, () => 0x81),
      [0xa1, 0x69, ...Buffer.from('__proto__'), 0xa0],
      [0xc4, 0x82, 0x1a, 0x0f, 0xff, 0xff, 0xff, 0x01],
      [0xa0, 0xa0],
    ]) {
      expect(refusal(() => parse('PutMetricData', Uint8Array.from(bytes))).code).toBe(
        'SerializationException',
      );
    }
  });

  it('inflates a compressed body, but not without end', () => {
    const headers = { 'content-encoding': 'gzip' };
    const body = gzipSync(Buffer.from('{"MaxResults":5}'));
    expect(parse('LookupEvents', body, { headers })).toEqual({ MaxResults: 5 });
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
    expect(refusal(() => parse('LookupEvents', bomb, { headers })).code).toBe('SerializationException');
    expect(refusal(() => parse('LookupEvents', body.subarray(0, 10), { headers })).code).toBe(
      'SerializationException',
    );
  });

  it('refuses more parameters than anybody has', () => {
    expect(refusal(() => parse('TagUser', 'a=1&'.repeat(30_000))).code).toBe('MalformedInput');
  });
});

describe('names from outside', () => {
  it('reach no prototype', () => {
    parse('LookupEvents', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    const { Item } = parse('PutItem', '{"Item":{"__proto__":{"S":"x"},"a":{"S":"y"}}}') as {
      Item: Record<string, unknown>;
    };
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(Item)).toBe(Object.prototype);
    expect(Object.keys(Item)).toEqual(['__proto__', 'a']);
    parse('TagUser', '__proto__.polluted=1&Tags.member.1.__proto__.polluted=1');
    expect(
      refusal(() => parse('DeleteObjects', '<Delete><__proto__><polluted>1</polluted></__proto__></Delete>'))
        .code,
    ).toBe('MalformedXML');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('that the model does not know are left out', () => {
    expect(parse('LookupEvents', '{"MaxResults":1,"Unknown":{"a":1},"toString":1}')).toEqual({
      MaxResults: 1,
    });
  });
});

describe('recording what others are asked', () => {
  it('keeps values that do not fit the model', () => {
    expect(
      parse('LookupEvents', '{"MaxResults":"many","LookupAttributes":[{"AttributeKey":1}]}', {
        lenient: true,
      }),
    ).toEqual({
      MaxResults: 'many',
      LookupAttributes: [{ AttributeKey: 1 }],
    });
    expect(parse('RunInstances', 'MinCount=many&ImageId=%zz', { lenient: true })).toEqual({
      MinCount: 'many',
      ImageId: '%zz',
    });
  });

  it('still refuses what cannot be parsed at all', () => {
    expect(refusal(() => parse('LookupEvents', '{', { lenient: true })).code).toBe('SerializationException');
  });
});

describe('one service under several protocols', () => {
  it('reads the Query form of a JSON service', () => {
    const body =
      'Action=SetQueueAttributes&QueueUrl=http%3A%2F%2Fq%2F1&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5';
    expect(parse('SetQueueAttributes', body)).toEqual({
      QueueUrl: 'http://q/1',
      Attributes: { DelaySeconds: '5' },
    });
  });
});

describe('S3 requests', () => {
  it('hand the payload on as it is', () => {
    const stream = Readable.from(['x']);
    const input = parse('PutObject', stream, {
      path: '/bucket/a%20b/c',
      headers: { 'x-amz-meta-one': '1', 'content-length': '1', 'content-encoding': 'gzip' },
    });
    expect(input).toEqual({
      Bucket: 'bucket',
      Key: 'a b/c',
      ContentLength: 1,
      ContentEncoding: 'gzip',
      Metadata: { one: '1' },
      Body: stream,
    });
    expect(input['Body']).toBe(stream);
    expect(streamsRequest(model('PutObject'))).toBe(true);
    expect(streamsRequest(model('DeleteObjects'))).toBe(false);
  });

  it('have their bucket in the path or in the host', () => {
    expect(parse('GetObject', undefined, { path: '/bucket/a/b' })).toEqual({ Bucket: 'bucket', Key: 'a/b' });
    const headers = { host: 'my.bucket.s3.eu-west-1.amazonaws.com' };
    expect(parse('GetObject', undefined, { path: '/a/b', headers })).toEqual({
      Bucket: 'my.bucket',
      Key: 'a/b',
    });
  });

  it('keep keys as they are: slashes, dots, pluses, escapes of control characters', () => {
    const key = (path: string) => parse('GetObject', undefined, { path: `/b/${path}` })['Key'];
    expect(key('a//b/')).toBe('a//b/');
    expect(key('../../etc')).toBe('../../etc');
    expect(key('a+b%2Bc')).toBe('a+b+c');
    const body =
      '<Delete><Object><Key>a&#13;&#x0A;b &amp;amp;</Key></Object><Object><Key> x </Key></Object></Delete>';
    expect(parse('DeleteObjects', body, { path: '/b', query: 'delete' })).toEqual({
      Bucket: 'b',
      Delete: { Objects: [{ Key: 'a\r\nb &amp;' }, { Key: ' x ' }] },
    });
  });
});
