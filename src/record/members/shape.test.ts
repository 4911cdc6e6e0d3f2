import { describe, expect, it } from 'vitest';

import type { NormalizedSchema } from '@smithy/core/schema';

import { createModels } from '../../aws/models/index.ts';
import { lowerFirst, writeForeign } from './foreign.ts';
import { treatmentOf } from './hidden.ts';
import { compileShape, writeValue } from './shape.ts';

const PLANTED = 'planted-secret';

/** A value with a planted text in every sensitive member and a harmless one in all others. */
function plant(schema: NormalizedSchema, depth: number, secret: boolean): unknown {
  const sensitive = secret || schema.getMergedTraits().sensitive === 1;
  if (depth > 6) return undefined;
  if (schema.isListSchema()) return [plant(schema.getValueSchema(), depth + 1, sensitive)];
  if (schema.isMapSchema()) return { key: plant(schema.getValueSchema(), depth + 1, sensitive) };
  if (!schema.isStructSchema()) return sensitive ? PLANTED : 'shown';
  return Object.fromEntries(
    [...schema.structIterator()].map(([name, member]) => [name, plant(member, depth + 1, sensitive)]),
  );
}

describe('secrets', () => {
  it('are hidden in every sensitive member of every installed model', async () => {
    const models = createModels();
    let operations = 0;
    for (const service of models.installed()) {
      const model = await models.load(service);
      for (const operation of model?.operations.values() ?? []) {
        operations++;
        for (const schema of [operation.input, operation.output]) {
          const written = JSON.stringify(writeValue(compileShape(service, schema), plant(schema, 0, false)));
          expect(written.includes(PLANTED), `${service}:${operation.name}`).toBe(false);
        }
      }
    }
    expect(operations).toBeGreaterThan(2000);
  }, 60_000);

  it.each([
    'masterUserPassword',
    'secretString',
    'clientSecret',
    'webIdentityToken',
    'userData',
    'privateKey',
    'sessionToken',
    'Password',
    'passwords',
    'accountSecretKey',
  ])('are suspected in a member named %s', (name) => {
    expect(treatmentOf('any', name)).toBe('hide');
  });

  it.each([
    'secretId',
    'secretArn',
    'nextToken',
    'clientToken',
    'passwordResetRequired',
    'keyId',
    'subjectFromWebIdentityToken',
    'secretName',
    'tokenType',
  ])('are not suspected in a member named %s', (name) => {
    expect(treatmentOf('any', name)).toBeUndefined();
  });

  it('are dropped where AWS drops them', () => {
    expect(writeForeign('any', { Credentials: { AccessKeyId: 'AKIA1', SecretAccessKey: PLANTED } })).toEqual({
      credentials: { accessKeyId: 'AKIA1' },
    });
  });

  it('are not seen in switches and structures that only sound like one', async () => {
    const model = await createModels().load('rds');
    const create = model?.operations.get('CreateDBInstance');
    if (create === undefined) expect.fail('rds has no CreateDBInstance');
    expect(
      writeValue(compileShape('rds', create.input), {
        ManageMasterUserPassword: true,
        MasterUserPassword: PLANTED,
      }),
    ).toEqual({
      manageMasterUserPassword: true,
      masterUserPassword: 'HIDDEN_DUE_TO_SECURITY_REASONS',
    });
  });
});

describe('names and values', () => {
  it('lowers the first letter and nothing else', () => {
    expect(['AWSServiceName', 'DBName', 'ARN', 'name', 'S3Bucket', ''].map(lowerFirst)).toEqual([
      'aWSServiceName',
      'dBName',
      'aRN',
      'name',
      's3Bucket',
      '',
    ]);
  });

  it('writes what JSON cannot', () => {
    expect(
      writeForeign('any', {
        When: new Date(Date.UTC(2023, 6, 10, 0, 7, 59)),
        Blob: Buffer.from('a'),
        Big: 12n,
        Noon: new Date(Date.UTC(2023, 6, 10, 12, 0, 0)),
      }),
    ).toEqual({
      when: 'Jul 10, 2023, 12:07:59 AM',
      blob: 'YQ==',
      big: 12,
      noon: 'Jul 10, 2023, 12:00:00 PM',
    });
  });

  it('keeps keys of maps as they are, whatever they are called', async () => {
    const create = (await createModels().load('lambda'))?.operations.get('TagResource');
    if (create === undefined) expect.fail('lambda has no TagResource');
    const written = writeValue(compileShape('lambda', create.input), {
      Tags: JSON.parse('{"Name":"x","__proto__":"y"}') as unknown,
    });
    expect(JSON.stringify(written)).toBe('{"tags":{"Name":"x","__proto__":"y"}}');
  });
});
