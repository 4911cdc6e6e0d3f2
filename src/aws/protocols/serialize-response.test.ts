import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { createModels, modelOf } from '../models/index.ts';
import type { OperationOutput } from '../operation.ts';
import type { Protocol } from './protocol.ts';
import { serializeResponse } from './serialize-response.ts';

const models = createModels();

async function write(service: string, operation: string, protocol: Protocol, result: OperationOutput) {
  const loaded = await models.load(service);
  const model = loaded && modelOf(loaded, operation, protocol);
  const answer = serializeResponse(model ?? expect.unreachable(operation), result, 'R1');
  return {
    ...answer,
    text: answer.body instanceof Uint8Array ? Buffer.from(answer.body).toString() : undefined,
  };
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

describe('serializeResponse', () => {
  it('writes JSON with times as seconds and without what is absent', async () => {
    const output = { TrailList: undefined, StartTime: new Date(1_500), IsLogging: true, Unknown: 1 };
    const { text, headers, status } = await write('cloudtrail', 'GetTrailStatus', 'json', {
      output: { ...output, LatestDeliveryTime: new Date(1_767_225_600_000) },
    });
    expect(text).toBe('{"IsLogging":true,"LatestDeliveryTime":1767225600}');
    expect(status).toBe(200);
    expect(headers).toEqual({
      'x-amzn-requestid': 'R1',
      'content-type': 'application/x-amz-json-1.1',
      'content-length': '50',
    });
  });

  it('writes {} for an empty JSON answer', async () => {
    expect((await write('cloudtrail', 'StartLogging', 'json', {})).text).toBe('{}');
  });

  it('says JSON 1.0 to services that speak it', async () => {
    expect((await write('dynamodb', 'ListTables', 'json', {})).headers['content-type']).toBe(
      'application/x-amz-json-1.0',
    );
  });

  it('writes Query answers in their two wrappers', async () => {
    const { text, headers } = await write('sts', 'GetCallerIdentity', 'query', {
      output: { Account: '123456789012', Arn: 'a<b' },
    });
    expect(text).toBe(
      `${XML}<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
        '<Account>123456789012</Account><Arn>a&lt;b</Arn></GetCallerIdentityResult>' +
        '<ResponseMetadata><RequestId>R1</RequestId></ResponseMetadata></GetCallerIdentityResponse>',
    );
    expect(headers['content-type']).toBe('text/xml;charset=UTF-8');
  });

  it('writes EC2 answers under the wire names', async () => {
    const output = {
      StoppingInstances: [{ InstanceId: 'i-1', CurrentState: { Code: 64, Name: 'stopping' } }],
    };
    expect((await write('ec2', 'StopInstances', 'ec2', { output })).text).toBe(
      `${XML}<StopInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15"><requestId>R1</requestId><instancesSet><item>` +
        '<instanceId>i-1</instanceId><currentState><code>64</code><name>stopping</name></currentState></item></instancesSet></StopInstancesResponse>',
    );
  });

  it('streams an object with its headers', async () => {
    const body = Readable.from(['abc']);
    const answer = await write('s3', 'GetObject', 'rest-xml', {
      output: {
        Body: body,
        ContentLength: 3,
        ContentType: 'text/plain',
        ETag: '"e"',
        LastModified: new Date(0),
        Metadata: { Name: 'grün', 'bad name': 'x' },
      },
      status: 206,
      headers: { 'Content-Range': 'bytes 0-2/9' },
    });
    expect(answer.body).toBe(body);
    expect(answer.status).toBe(206);
    expect(answer.headers).toEqual({
      'x-amz-request-id': 'R1',
      'x-amz-id-2': 'UjE=',
      'content-type': 'text/plain',
      'content-length': '3',
      etag: '"e"',
      'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
      'x-amz-meta-name': '=?UTF-8?B?Z3LDvG4=?=',
      'content-range': 'bytes 0-2/9',
    });
  });

  it('lists objects flat', async () => {
    const output = {
      Name: 'b',
      IsTruncated: false,
      Contents: [{ Key: 'a&b\r', Size: 1 }, { Key: 'c' }],
      CommonPrefixes: [{ Prefix: 'p/' }],
    };
    expect((await write('s3', 'ListObjectsV2', 'rest-xml', { output })).text).toBe(
      `${XML}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>` +
        '<Contents><Key>a&amp;b&#xd;</Key><Size>1</Size></Contents><Contents><Key>c</Key></Contents><Name>b</Name>' +
        '<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>',
    );
  });

  it('writes the location of a bucket as one bare element', async () => {
    const location = (output: object) =>
      write('s3', 'GetBucketLocation', 'rest-xml', { output: { ...output } });
    expect((await location({ LocationConstraint: 'eu-west-1' })).text).toBe(
      `${XML}<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>`,
    );
    expect((await location({})).text).toBe(
      `${XML}<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`,
    );
  });

  it('takes the status of the model, and no length where there can be no body', async () => {
    const { status, headers, body } = await write('s3', 'DeleteObject', 'rest-xml', {
      output: { VersionId: 'v' },
    });
    expect(status).toBe(204);
    expect(body).toBeUndefined();
    expect(headers).toEqual({ 'x-amz-request-id': 'R1', 'x-amz-id-2': 'UjE=', 'x-amz-version-id': 'v' });
  });

  it('lets no header break out of its line', async () => {
    const { headers } = await write('s3', 'HeadObject', 'rest-xml', {
      output: { ContentType: 'a\r\nset-cookie: x' },
    });
    expect(headers['content-type']).toBe('=?UTF-8?B?YQ0Kc2V0LWNvb2tpZTogeA==?=');
  });
});
