import { describe, expect, it } from 'vitest';

import { createModels, modelOf } from './index.ts';

describe('createModels', () => {
  it('knows of every installed package, without loading it, what its client says of itself', async () => {
    const models = createModels();
    expect(models.installed()).toContain('cloudtrail');
    expect(models.packages().length).toBeGreaterThanOrEqual(40);
    for (const known of models.packages()) {
      expect(models.loaded(known.signingName)?.service).toBe(undefined);
    }
    for (const known of models.packages()) {
      const service = await models.load(known.signingName);
      const found = service?.packages.find(
        ({ package: one }) => one.apiVersion === known.apiVersion,
      )?.package;
      expect(found, known.specifier).toMatchObject({
        protocol: known.protocol,
        targetPrefix: known.targetPrefix,
      });
    }
  });

  it('loads a service once', async () => {
    const models = createModels();
    expect(models.loaded('sts')).toBeUndefined();
    const [first, second] = await Promise.all([models.load('sts'), models.load('sts')]);
    expect(first).toBe(second);
    expect(models.loaded('sts')).toBe(first);
  });

  it('has no model for a service without a package', async () => {
    const models = createModels();
    for (const name of ['cloudtrail-data', 'unknown', '__proto__', '../x', '']) {
      expect(await models.load(name)).toBeUndefined();
    }
  });

  it('describes operations: binding, bucket included, input and output', async () => {
    const s3 = await createModels().load('s3');
    expect(s3).toMatchObject({ service: 's3', apiVersion: '2006-03-01', protocol: 'rest-xml' });
    expect(s3?.operations.get('GetObject')?.http).toEqual({
      method: 'GET',
      uri: '/{Bucket}/{Key+}?x-id=GetObject',
      code: 200,
    });
    expect(s3?.operations.get('GetBucketAcl')?.http?.uri).toBe('/{Bucket}?acl');
    expect(s3?.operations.get('ListBuckets')?.http?.uri).toBe('/?x-id=ListBuckets');
    const members = [...(s3?.operations.get('GetBucketAcl')?.input.structIterator() ?? [])].map(
      ([name]) => name,
    );
    expect(members).toContain('Bucket');
  });
});

describe('modelOf', () => {
  it('gives an operation under the protocol that a request shows', async () => {
    const sqs = await createModels().load('sqs');
    if (sqs === undefined) expect.unreachable('sqs is not installed');
    expect(modelOf(sqs, 'SendMessage', 'query')?.protocol).toBe('query');
    expect(modelOf(sqs, 'SendMessage', 'json')?.protocol).toBe('json');
    expect(modelOf(sqs, 'SendMessage', 'unknown')?.protocol).toBe('json');
    expect(modelOf(sqs, 'NoSuchOperation', 'json')).toBeUndefined();
  });

  it('tells packages that share a signing name apart by the protocol', async () => {
    const ses = await createModels().load('ses');
    if (ses === undefined) expect.unreachable('ses is not installed');
    expect(modelOf(ses, 'SendEmail', 'query')?.package.serviceId).toBe('SES');
    expect(modelOf(ses, 'SendEmail', 'rest-json')?.package.serviceId).toBe('SESv2');
    expect(modelOf(ses, 'CreateReceiptRule', 'query')?.package.serviceId).toBe('SES');
    expect(modelOf(ses, 'CreateContactList', 'rest-json')?.package.serviceId).toBe('SESv2');
  });
});
