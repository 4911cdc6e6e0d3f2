import { beforeAll, describe, expect, it } from 'vitest';

import { createModels } from '../../aws/models/index.ts';
import { createNamer, type RequestHead } from './index.ts';

const models = createModels();
const namer = createNamer({ models, defaultRegion: 'eu-central-1' });

beforeAll(async () => {
  await models.load('s3');
});

function signed(service: string, region = 'us-east-1'): string {
  return `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=ab`;
}

function request(over: Partial<RequestHead> = {}): RequestHead {
  return { method: 'POST', path: '/', query: '', headers: {}, ...over };
}

function s3(method: string, path: string, query = '', headers: Record<string, string> = {}) {
  return namer.name(request({ method, path, query, headers: { authorization: signed('s3'), ...headers } }));
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

function form(text: string, headers: Record<string, string> = {}, query = ''): RequestHead {
  return request({ headers: { ...FORM, ...headers }, query, bodyStart: Buffer.from(text) });
}

describe('calls by JSON', () => {
  it('takes the operation from the text after the last dot of the target, in its short and its long form', () => {
    for (const prefix of ['CloudTrail_20131101', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101']) {
      const call = namer.name(
        request({
          headers: { authorization: signed('cloudtrail'), 'x-amz-target': `${prefix}.LookupEvents` },
        }),
      );
      expect(call).toEqual({
        service: 'cloudtrail',
        eventSource: 'cloudtrail.amazonaws.com',
        operation: 'LookupEvents',
        protocol: 'json',
        region: 'us-east-1',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        sessionToken: undefined,
        auth: 'header',
        evidence: 'scope=cloudtrail target=LookupEvents',
      });
    }
  });

  it('finds the service of an unsigned call by its target', () => {
    const call = namer.name(
      request({ headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' } }),
    );
    expect(call).toMatchObject({
      service: 'cognito-idp',
      operation: 'InitiateAuth',
      auth: 'none',
      region: 'eu-central-1',
    });
  });

  it('names services that no model is installed for', () => {
    const headers = {
      authorization: signed('workspaces'),
      'x-amz-target': 'WorkspacesService.CreateWorkspaces',
    };
    expect(namer.name(request({ headers }))).toMatchObject({
      service: 'workspaces',
      eventSource: 'workspaces.amazonaws.com',
      operation: 'CreateWorkspaces',
    });
  });

  it('ignores a target where the service would', () => {
    const call = s3('GET', '/bucket/key', '', { 'x-amz-target': 'Harmless.ListBuckets' });
    expect(call.operation).toBe('GetObject');
    const iam = namer.name(
      form('Action=DeleteUser&UserName=a', { authorization: signed('iam'), 'x-amz-target': 'I.ListUsers' }),
    );
    expect(iam.operation).toBe('DeleteUser');
  });
});

describe('calls by form', () => {
  it('needs the start of a form body, and of nothing else', () => {
    const headers = { ...FORM, authorization: signed('ec2') };
    expect(namer.needsBodyStart(request({ headers }))).toBe(true);
    expect(namer.needsBodyStart(request({ headers: { ...FORM, authorization: signed('s3') } }))).toBe(false);
    expect(namer.needsBodyStart(request({ headers: { ...FORM, authorization: signed('kms') } }))).toBe(false);
    expect(namer.needsBodyStart(request({ headers: { authorization: signed('ec2') } }))).toBe(false);
    expect(namer.needsBodyStart(request({ headers, method: 'GET' }))).toBe(false);
  });

  it('reads Action from the body', () => {
    const call = namer.name(
      form('Version=2016-11-15&Action=RunInstances&MinCount=1', { authorization: signed('ec2') }),
    );
    expect(call).toMatchObject({ service: 'ec2', operation: 'RunInstances', protocol: 'ec2' });
  });

  it('believes the body more than the query, as servers do', () => {
    const call = namer.name(form('Action=DeleteUser', { authorization: signed('iam') }, 'Action=ListUsers'));
    expect(call.operation).toBe('DeleteUser');
  });

  it('sees through escapes in the name of the parameter', () => {
    const call = namer.name(form('%41ction=DeleteUser&Action=ListUsers', { authorization: signed('iam') }));
    expect(call.operation).toBe('DeleteUser');
    expect(namer.name(form('NotAction=A&Action=ListUsers', { authorization: signed('iam') })).operation).toBe(
      'ListUsers',
    );
  });

  it('reads Action from the query of a GET', () => {
    const query = 'Action=GetCallerIdentity&Version=2011-06-15';
    const call = namer.name(request({ method: 'GET', query, headers: { authorization: signed('sts') } }));
    expect(call).toMatchObject({ service: 'sts', operation: 'GetCallerIdentity', protocol: 'query' });
  });

  it('finds the service of an unsigned call by its version', () => {
    const call = namer.name(form('Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r'));
    expect(call).toMatchObject({ service: 'sts', operation: 'AssumeRoleWithWebIdentity', auth: 'none' });
  });

  it("knows the links of SNS's messages by their ARN, and no other call by it", () => {
    const link = (query: string, method = 'GET') => namer.name(request({ method, query }));
    const arn = 'arn:aws:sns:ap-south-1:123456789012:news';
    for (const query of [
      `Action=ConfirmSubscription&TopicArn=${arn}&Token=ab`,
      `Action=ConfirmSubscription&TopicArn=${encodeURIComponent(arn)}&Token=ab`,
      `Action=Unsubscribe&SubscriptionArn=${arn}:1b8e861b`,
    ])
      expect(link(query)).toMatchObject({
        service: 'sns',
        operation: /Action=(\w+)/.exec(query)?.[1],
        protocol: 'query',
        region: 'ap-south-1',
        auth: 'none',
      });
    for (const [query, method] of [
      [`Action=Publish&TopicArn=${arn}&Message=x`],
      [`Action=Unsubscribe&TopicArn=${arn}`],
      ['Action=ConfirmSubscription&TopicArn=arn:aws:sqs:ap-south-1:123456789012:news&Token=ab'],
      [`Action=ConfirmSubscription&TopicArn=${arn}&Token=ab`, 'DELETE'],
    ] as const)
      expect(link(query, method)).toMatchObject({ service: 'unknown', region: 'eu-central-1' });
    const other = {
      headers: { authorization: signed('sts') },
      query: `Action=Unsubscribe&SubscriptionArn=${arn}:1`,
    };
    expect(namer.name(request({ method: 'GET', ...other }))).toMatchObject({
      service: 'sts',
      region: 'us-east-1',
    });
  });

  it('tells the protocols of SQS and CloudWatch apart by what is sent', () => {
    const authorization = signed('monitoring');
    expect(namer.name(form('Action=PutMetricData', { authorization })).protocol).toBe('query');
    expect(
      namer.name(request({ headers: { authorization, 'x-amz-target': 'G.PutMetricData' } })).protocol,
    ).toBe('json');
    const path = '/service/GraniteServiceVersion20100801/operation/PutMetricData';
    const cbor = namer.name(request({ path, headers: { authorization, 'smithy-protocol': 'rpc-v2-cbor' } }));
    expect(cbor).toMatchObject({
      operation: 'PutMetricData',
      protocol: 'cbor',
      eventSource: 'monitoring.amazonaws.com',
    });
  });

  it('leaves an operation that is no name unknown', () => {
    for (const action of ['%3Cscript%3E', '', 'a%00b', '__proto__', 'x'.repeat(200)]) {
      expect(namer.name(form(`Action=${action}`, { authorization: signed('iam') })).operation).toBe(
        'unknown',
      );
    }
  });
});

describe('calls of S3', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['GET', '/', '', 'ListBuckets'],
    ['PUT', '/bucket', '', 'CreateBucket'],
    ['HEAD', '/bucket', '', 'HeadBucket'],
    ['GET', '/bucket', '', 'ListObjects'],
    ['GET', '/bucket/', 'prefix=a&list-type=2', 'ListObjectsV2'],
    ['GET', '/bucket', 'location', 'GetBucketLocation'],
    ['GET', '/bucket', 'location=', 'GetBucketLocation'],
    ['GET', '/bucket', 'acl', 'GetBucketAcl'],
    ['GET', '/bucket', '%61cl', 'GetBucketAcl'],
    ['PUT', '/bucket', 'policy', 'PutBucketPolicy'],
    ['GET', '/bucket', 'uploads', 'ListMultipartUploads'],
    ['GET', '/bucket', 'inventory', 'ListBucketInventoryConfigurations'],
    ['GET', '/bucket', 'inventory&id=1', 'GetBucketInventoryConfiguration'],
    ['POST', '/bucket', 'delete', 'DeleteObjects'],
    ['GET', '/bucket/key', '', 'GetObject'],
    ['GET', '/bucket/a/b/c', 'versionId=1', 'GetObject'],
    ['GET', '/bucket/a//b/', '', 'GetObject'],
    ['GET', '/bucket//', '', 'GetObject'],
    ['GET', '/bucket/..%2f..', '', 'GetObject'],
    ['HEAD', '/bucket/key', '', 'HeadObject'],
    ['PUT', '/bucket/key', '', 'PutObject'],
    ['PUT', '/bucket/key', 'x-id=PutObject&partNumber=1&uploadId=u', 'UploadPart'],
    ['PUT', '/bucket/key', 'acl', 'PutObjectAcl'],
    ['POST', '/bucket/key', 'uploads', 'CreateMultipartUpload'],
    ['POST', '/bucket/key', 'uploadId=u', 'CompleteMultipartUpload'],
    ['DELETE', '/bucket/key', 'uploadId=u', 'AbortMultipartUpload'],
    ['DELETE', '/bucket/key', '', 'DeleteObject'],
    ['GET', '/bucket/key', 'uploadId=u', 'ListParts'],
    ['GET', '/bucket/key', 'attributes', 'GetObjectAttributes'],
    ['POST', '/bucket/key', 'select&select-type=2', 'SelectObjectContent'],
  ];

  it.each(cases)('%s %s ?%s is %s', (method, path, query, operation) => {
    expect(s3(method, path, query)).toMatchObject({ service: 's3', operation, protocol: 'rest-xml' });
  });

  it('tells a copy by its source', () => {
    const source = { 'x-amz-copy-source': '/other/key' };
    expect(s3('PUT', '/bucket/key', '', source).operation).toBe('CopyObject');
    expect(s3('PUT', '/bucket/key', 'partNumber=1&uploadId=u', source).operation).toBe('UploadPartCopy');
  });

  it.each([
    'bucket.s3.eu-west-1.amazonaws.com',
    'b.s3-eu-west-1.amazonaws.com',
    'bucket.localhost:4680',
    'b.127.0.0.1.nip.io',
  ])('takes the bucket from the host %s', (host) => {
    expect(s3('GET', '/', 'list-type=2', { host }).operation).toBe('ListObjectsV2');
    expect(s3('PUT', '/key', '', { host }).operation).toBe('PutObject');
  });

  it.each([
    's3.eu-west-1.amazonaws.com',
    'localhost:4680',
    '127.0.0.1:4680',
    '[::1]:4680',
    'storage.example.org',
    's3.localhost',
  ])('takes the bucket from the path at the host %s', (host) => {
    expect(s3('PUT', '/bucket', '', { host }).operation).toBe('CreateBucket');
  });

  it('reads presigned and old signatures', () => {
    const credential = encodeURIComponent('AKIAIOSFODNN7EXAMPLE/20260101/eu-west-3/s3/aws4_request');
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Security-Token=t%2Fk&X-Amz-Signature=a`;
    const presigned = namer.name(request({ method: 'GET', path: '/bucket/key', query }));
    expect(presigned).toMatchObject({
      operation: 'GetObject',
      region: 'eu-west-3',
      auth: 'presigned',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      sessionToken: 't/k',
    });
    const old = namer.name(
      request({ method: 'GET', path: '/bucket', headers: { authorization: 'AWS OLDKEY:c2ln' } }),
    );
    expect(old).toMatchObject({
      service: 's3',
      operation: 'ListObjects',
      accessKeyId: 'OLDKEY',
      region: 'eu-central-1',
    });
  });

  it('takes an unsigned call on a bucket for S3, and one on / for nothing', () => {
    expect(namer.name(request({ method: 'GET', path: '/public/file.txt' }))).toMatchObject({
      service: 's3',
      operation: 'GetObject',
      auth: 'none',
    });
    expect(namer.name(request({ method: 'GET', path: '/' }))).toMatchObject({
      service: 'unknown',
      operation: 'unknown',
      protocol: 'unknown',
    });
  });

  it('names a form upload and the account part of S3 apart', () => {
    expect(s3('POST', '/bucket', '', { 'content-type': 'multipart/form-data; boundary=x' }).operation).toBe(
      'PostObject',
    );
    const control = s3('GET', '/v20180820/configuration/publicAccessBlock', '', {
      'x-amz-account-id': '123456789012',
    });
    expect(control.operation).toBe('GET /v20180820/configuration/publicAccessBlock');
  });
});

describe('calls of REST services', () => {
  it('asks for the model of a service on first sight, and names after it is loaded', async () => {
    const fresh = createModels();
    const own = createNamer({ models: fresh, defaultRegion: 'us-east-1' });
    const call = request({
      method: 'GET',
      path: '/2015-03-31/functions/',
      headers: { authorization: signed('lambda') },
    });
    expect(own.ready(call)).toBe(false);
    expect(own.name(call).operation).toBe('GET /2015-03-31/functions/');
    await own.prepare(call);
    expect(own.ready(call)).toBe(true);
    expect(own.name(call)).toMatchObject({ operation: 'ListFunctions', protocol: 'rest-json' });
  });

  it('is ready at once for calls that need no model', () => {
    const own = createNamer({ models: createModels(), defaultRegion: 'us-east-1' });
    expect(own.ready(request({ headers: { authorization: signed('ec2') } }))).toBe(true);
    expect(own.ready(request({ headers: { authorization: signed('ses') } }))).toBe(false);
    expect(own.ready(request({ path: '/x', headers: { authorization: signed('mediaconvert') } }))).toBe(true);
  });

  it('names a service without a model by method and path, identifiers left out', () => {
    const call = (method: string, path: string) =>
      namer.name(request({ method, path, headers: { authorization: signed('mediaconvert') } })).operation;
    expect(call('POST', '/PutAuditEvents')).toBe('PutAuditEvents');
    expect(call('GET', '/v1/apis/a1b2c3/stages/prod')).toBe('GET /v1/apis/*/stages/prod');
    expect(call('DELETE', '/2017-08-29/queues/arn%3Aaws')).toBe('DELETE /2017-08-29/queues/*');
  });
});

describe('whatever the bytes', () => {
  const junk = [
    '\u0000',
    '%',
    '%zz',
    '%ff%fe',
    'a'.repeat(100_000),
    '/'.repeat(5000),
    '?'.repeat(99),
    '=&=&',
    '__proto__',
    '..',
    '\uffff',
  ];

  it('never throws, and gives region, service and operation that are safe to keep', () => {
    for (const text of junk) {
      const authorizations = [text, `AWS ${text}`, `AWS4-HMAC-SHA256 Credential=${text}`, signed(text, text)];
      for (const authorization of authorizations) {
        const headers = {
          authorization,
          host: text,
          'x-amz-target': text,
          'content-type': FORM['content-type'],
          'smithy-protocol': text,
        };
        const call = namer.name({
          method: text,
          path: text,
          query: `${text}&Action=${text}&X-Amz-Credential=${text}`,
          headers,
          bodyStart: Buffer.from(text),
        });
        expect(call.service).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
        expect(call.region).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
        expect(call.operation.length).toBeLessThan(600);
        expect(call.operation).not.toMatch(/[\p{Cc}<>]/u);
        expect(call.evidence.length).toBeLessThan(1000);
        expect(() =>
          namer.needsBodyStart({ method: 'POST', path: text, query: text, headers }),
        ).not.toThrow();
        expect(() => namer.ready({ method: 'POST', path: text, query: text, headers })).not.toThrow();
      }
    }
  });
});
