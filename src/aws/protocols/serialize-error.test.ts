import { describe, expect, it } from 'vitest';

import { AccessDenied, AwsError } from '../errors.ts';
import { createModels } from '../models/index.ts';
import { parseError } from './parse-error.ts';
import type { Protocol } from './protocol.ts';
import { serializeError } from './serialize-error.ts';
import { readBySdk } from './testing/sdk-requests.ts';

type Call = {
  readonly protocol: Protocol;
  readonly service: string;
  readonly operation: string;
  readonly input: object;
};

const CALLS: readonly Call[] = [
  { protocol: 'json', service: 'cloudtrail', operation: 'LookupEvents', input: {} },
  { protocol: 'rest-json', service: 'lambda', operation: 'GetFunction', input: { FunctionName: 'f' } },
  { protocol: 'rest-xml', service: 's3', operation: 'GetObject', input: { Bucket: 'bucket', Key: 'k' } },
  { protocol: 'rest-xml', service: 'route53', operation: 'GetHostedZone', input: { Id: 'Z1' } },
  { protocol: 'query', service: 'iam', operation: 'GetUser', input: {} },
  { protocol: 'ec2', service: 'ec2', operation: 'RunInstances', input: { MinCount: 1, MaxCount: 1 } },
];

const models = createModels();

async function thrownBySdk(
  { protocol, service, operation, input }: Call,
  error: AwsError,
): Promise<Record<string, unknown>> {
  const specifier = models.packages().find((one) => one.signingName === service)?.specifier ?? '';
  const loaded = (await import(specifier)) as Readonly<Record<string, unknown>>;
  const answer = serializeError({ protocol, service }, error, 'request-1');
  return readBySdk(loaded, operation, input, answer).then(
    () => expect.unreachable('the client took the error for an answer'),
    (thrown: Record<string, unknown>) => thrown,
  );
}

describe.each(CALLS)('an error of $service by $protocol', (call) => {
  it('shows the official client code, message, status and request id', async () => {
    const error = new AwsError('SomethingNotFoundException', 'There is no <such> & "thing".', {
      status: 404,
    });
    const thrown = await thrownBySdk(call, error);
    expect(thrown['name']).toBe('SomethingNotFoundException');
    expect(thrown['message']).toBe('There is no <such> & "thing".');
    expect(thrown['$metadata']).toMatchObject({ httpStatusCode: 404, requestId: 'request-1' });
  });

  it('is read back by parseError', () => {
    const error = new AwsError('ThrottlingException', 'Rate exceeded\nfor you', { status: 429 });
    expect(parseError(call.protocol, serializeError(call, error, 'request-1'))).toEqual({
      code: 'ThrottlingException',
      message: 'Rate exceeded\nfor you',
    });
  });
});

describe('serializeError', () => {
  it('names a refusal by policy as each protocol does', () => {
    const denied = new AccessDenied('arn:aws:iam::123456789012:user/a', 'ec2:RunInstances', '*');
    const codes = (['json', 'rest-json', 'cbor', 'query', 'ec2', 'rest-xml'] as const).map(
      (protocol) => parseError(protocol, serializeError({ protocol, service: 'x' }, denied, 'r'))?.code,
    );
    expect(codes).toEqual([
      'AccessDeniedException',
      'AccessDeniedException',
      'AccessDeniedException',
      'AccessDenied',
      'UnauthorizedOperation',
      'AccessDenied',
    ]);
    const sns = serializeError({ protocol: 'query', service: 'sns' }, denied, 'r');
    expect(parseError('query', sns)).toMatchObject({ code: 'AuthorizationError', message: denied.message });
  });

  it('writes S3 errors with what they are about', () => {
    const error = new AwsError('NoSuchKey', 'The specified key does not exist.', {
      status: 404,
      detail: { Key: 'a<b', Resource: '/b/a<b' },
    });
    const { headers, body } = serializeError({ protocol: 'rest-xml', service: 's3' }, error, 'R1');
    expect(Buffer.from(body).toString()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>' +
        '<Key>a&lt;b</Key><Resource>/b/a&lt;b</Resource><RequestId>R1</RequestId><HostId>UjE=</HostId></Error>',
    );
    expect(headers).toMatchObject({
      'content-type': 'application/xml',
      'x-amz-request-id': 'R1',
      'content-length': String(body.length),
    });
  });

  it('writes Query errors with the side that is at fault', () => {
    const at = (status: number) =>
      Buffer.from(
        serializeError({ protocol: 'query', service: 'iam' }, new AwsError('X', 'm', { status }), 'r').body,
      ).toString();
    expect(at(400)).toContain('<Type>Sender</Type>');
    expect(at(500)).toContain('<Type>Receiver</Type>');
  });
});

describe('parseError', () => {
  const read = (text: string, headers: Record<string, string> = {}, protocol: Protocol = 'json') =>
    parseError(protocol, { status: 400, headers, body: Buffer.from(text) });

  it('takes the short name of a shape', () => {
    expect(read('{"__type":"com.amazonaws.kms#NotFoundException:http://x/","message":"m"}')).toEqual({
      code: 'NotFoundException',
      message: 'm',
    });
    expect(read('', { 'x-amzn-errortype': 'ResourceNotFoundException:http://internal/' })?.code).toBe(
      'ResourceNotFoundException',
    );
  });

  it('reads answers in another protocol than the call came in', () => {
    expect(read('<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>')).toEqual({
      code: 'Throttling',
      message: undefined,
    });
    expect(read('{"code":"AccessDenied","Message":"no"}', {}, 'rest-xml')).toEqual({
      code: 'AccessDenied',
      message: 'no',
    });
  });

  it('says nothing about what is no error, and never throws', () => {
    for (const text of [
      '',
      'Bad Gateway',
      '<html><body>502</body></html>',
      '{"__type":7}',
      '[',
      '<',
      '<a',
      '\u0000',
      '{"a":1}',
      '<!DOCTYPE a []><Error><Code>x</Code></Error>',
    ]) {
      for (const protocol of ['json', 'rest-xml', 'cbor', 'ec2'] as const)
        expect(read(text, {}, protocol)).toBeUndefined();
    }
  });
});
