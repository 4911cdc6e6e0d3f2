import { describe, expect, it } from 'vitest';

import type { PolicyDocument } from '../../../aws/operation.ts';
import type { IncomingCall } from '../../captured-call.ts';
import { NAMED } from '../test-kit.ts';
import { askPolicies } from './ask-policies.ts';
import { allow, principalOf } from './test-kit.ts';

type Asked = {
  readonly service?: string;
  readonly operation: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

function callOf({ service = 's3', operation, url = '/b/k', headers = {} }: Asked): IncomingCall {
  const [path = '', query = ''] = url.split('?');
  return {
    eventId: 'e',
    startedAt: 0,
    named: { ...NAMED, service, operation },
    sourceIp: '192.0.2.1',
    tls: undefined,
    request: {
      method: 'GET',
      path,
      query,
      headers: { host: 'h', ...headers },
      body: undefined,
      bodyBytes: 0,
    },
  };
}

const deny = (statement: Readonly<Record<string, unknown>>): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Resource: '*', ...statement },
  ],
});

/** `yes`, or what is not allowed. */
async function verdict(asked: Asked, ...policies: PolicyDocument[]): Promise<string> {
  try {
    await askPolicies(principalOf('bob', policies), callOf(asked), 0);
    return 'yes';
  } catch (error) {
    return /perform: (\S+) on resource: (\S+)/.exec(String(error))?.slice(1).join(' ') ?? String(error);
  }
}

describe('what S3 calls ask for', () => {
  it.each([
    [{ operation: 'HeadObject' }, 's3:GetObject arn:aws:s3:::b/k'],
    [{ operation: 'ListObjectsV2', url: '/b?list-type=2' }, 's3:ListBucket arn:aws:s3:::b'],
    [{ operation: 'ListBuckets', url: '/' }, 's3:ListAllMyBuckets *'],
    [{ operation: 'UploadPart', url: '/b/k?partNumber=1&uploadId=u' }, 's3:PutObject arn:aws:s3:::b/k'],
    [{ operation: 'GetObject', url: '/b/k?versionId=v' }, 's3:GetObjectVersion arn:aws:s3:::b/k'],
    [{ operation: 'DeleteObjects', url: '/b?delete' }, 's3:DeleteObject arn:aws:s3:::b/*'],
    [
      { operation: 'DeleteBucketLifecycle', url: '/b?lifecycle' },
      's3:PutLifecycleConfiguration arn:aws:s3:::b',
    ],
    [{ operation: 'PutBucketCors', url: '/b?cors' }, 's3:PutBucketCORS arn:aws:s3:::b'],
    [{ operation: 'GetObject', url: '/b/%C3%BC%20%2F' }, 's3:GetObject arn:aws:s3:::b/ü'],
  ])('%o', async (asked, expected) => {
    expect(await verdict(asked, allow('sqs:*'))).toContain(expected);
  });

  it('asks about the source of a copy too', async () => {
    const headers = { 'x-amz-copy-source': '/secret/plan%20b?versionId=7' };
    const put = allow('s3:PutObject');
    expect(await verdict({ operation: 'CopyObject', headers }, put)).toBe(
      's3:GetObjectVersion arn:aws:s3:::secret/plan',
    );
    expect(
      await verdict(
        { operation: 'CopyObject', headers },
        put,
        allow('s3:GetObjectVersion', 'arn:aws:s3:::secret/plan b'),
      ),
    ).toBe('yes');
  });

  it.each([{ headers: { 'x-amz-acl': 'public-read' } }, { url: '/b/k?X-Amz-Acl=public-read' }])(
    'asks whether an upload may set what %o says',
    async (more) => {
      const asked = { operation: 'PutObject', ...more };
      expect(await verdict(asked, allow('s3:PutObject'))).toBe('s3:PutObjectAcl arn:aws:s3:::b/k');
      expect(await verdict(asked, allow(['s3:PutObject', 's3:PutObjectAcl']))).toBe('yes');
    },
  );

  it('knows the condition keys that stand in a request', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: '*',
          Condition: { StringLike: { 's3:prefix': 'home/*' } },
        },
      ],
    };
    const list = (prefix: string) => ({ operation: 'ListObjectsV2', url: `/b?list-type=2&prefix=${prefix}` });
    expect(await verdict(list('home%2Fann'), policy)).toBe('yes');
    expect(await verdict(list('etc%2F'), policy)).not.toBe('yes');
  });
});

describe('what other calls ask for', () => {
  it.each([
    ['monitoring', 'ListMetrics', 'cloudwatch:ListMetrics'],
    ['lambda', 'Invoke', 'lambda:InvokeFunction'],
    ['sqs', 'SendMessageBatch', 'sqs:SendMessage'],
    ['lockers', 'OpenLocker', 'lockers:OpenLocker'],
  ])('%s %s', async (service, operation, action) => {
    expect(await verdict({ service, operation }, allow('s3:*'))).toBe(`${action} *`);
    expect(await verdict({ service, operation }, allow(action))).toBe('yes');
  });
});

describe('what is not known of a call', () => {
  it('counts against it: a resource', async () => {
    const asked = { service: 'sqs', operation: 'DeleteQueue' };
    const queue = 'arn:aws:sqs:us-east-1:123456789012:prod';
    expect(await verdict(asked, allow('sqs:*', queue))).not.toBe('yes');
    expect(await verdict(asked, deny({ Action: 'sqs:DeleteQueue', Resource: queue }))).not.toBe('yes');
    expect(await verdict(asked, deny({ Action: 'sqs:SendMessage', Resource: queue }))).toBe('yes');
    const others = deny({ Action: 'sqs:DeleteQueue', NotResource: 'arn:aws:sqs:*:*:test-*' });
    delete (others['Statement'] as Record<string, unknown>[])[1]?.['Resource'];
    expect(await verdict(asked, others)).not.toBe('yes');
  });

  it('does not where there is nothing to know: actions without resources', async () => {
    const policy = deny({ Action: '*', Resource: 'arn:aws:sqs:us-east-1:123456789012:prod' });
    expect(await verdict({ service: 'sqs', operation: 'ListQueues' }, policy)).toBe('yes');
  });

  it('counts against it: an action', async () => {
    const asked = { service: 'dynamodb', operation: 'ExecuteStatement' };
    expect(await verdict(asked, allow('dynamodb:*'))).toBe('yes');
    expect(await verdict(asked, deny({ Action: 'dynamodb:PartiQLDelete' }))).not.toBe('yes');
    expect(await verdict(asked, deny({ NotAction: 'dynamodb:PartiQLSelect' }))).not.toBe('yes');
    expect(await verdict(asked, deny({ Action: 'sqs:*' }))).toBe('yes');
    expect(
      await verdict({ service: 'lockers', operation: 'unknown' }, deny({ Action: 'lockers:Open' })),
    ).not.toBe('yes');
  });

  it('counts against it: the value of a condition', async () => {
    const asked = { service: 'ec2', operation: 'RunInstances' };
    const Condition = { StringNotEquals: { 'ec2:InstanceType': 't3.micro' } };
    expect(await verdict(asked, deny({ Action: 'ec2:RunInstances', Condition }))).not.toBe('yes');
    const allowed = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*', Condition }],
    };
    expect(await verdict(asked, allowed)).not.toBe('yes');
    const here = deny({
      Action: 'ec2:RunInstances',
      Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' }, ...Condition },
    });
    expect(await verdict(asked, here)).toBe('yes');
  });

  it('limits sessions as well', async () => {
    const session = {
      ...principalOf('bob', [allow('*')]),
      sessionPolicies: [deny({ Action: 'sqs:DeleteQueue', Resource: 'arn:aws:sqs:::prod' })],
    };
    await expect(
      askPolicies(session, callOf({ service: 'sqs', operation: 'DeleteQueue' }), 0),
    ).rejects.toThrow(/not authorized to perform: sqs:DeleteQueue/);
  });
});
