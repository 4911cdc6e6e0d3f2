import { describe, expect, it } from 'vitest';

import { testKms } from '../../../test/kit/kms.ts';
import {
  callBy,
  DAY,
  HOME,
  call,
  kms,
  newKey,
  refusalOf,
  secret,
  time,
  user,
} from '../../../test/kit/kms-calls.ts';

describe('a ciphertext', () => {
  it('is read with its context only, whatever the order of the pairs', async () => {
    const KeyId = await newKey();
    const { CiphertextBlob } = await call('Encrypt', {
      KeyId,
      Plaintext: secret,
      EncryptionContext: { a: '1', b: '2' },
    });
    const read = (EncryptionContext?: object) => call('Decrypt', { CiphertextBlob, EncryptionContext });
    expect(await read({ b: '2', a: '1' })).toMatchObject({ KeyId, Plaintext: secret });
    for (const other of [
      undefined,
      {},
      { a: '1' },
      { a: '1', b: '3' },
      { a: '1b', '': '2' },
      { a: '12', b: '' },
    ])
      expect(await refusalOf(read(other))).toBe('InvalidCiphertextException: ');
  });

  it('is refused when a byte of it was changed, cut off or made up', async () => {
    const KeyId = await newKey();
    const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: secret });
    const whole = CiphertextBlob as Uint8Array;
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await refusalOf(call('Decrypt', { CiphertextBlob: changed }))).toMatch(
        /^(InvalidCiphertextException|AccessDeniedException): /,
      );
    }
    expect(await refusalOf(call('Decrypt', { CiphertextBlob: whole.subarray(0, 80) }))).toMatch(
      /^InvalidCiphertext/,
    );
    expect(await refusalOf(call('Decrypt', { CiphertextBlob: Buffer.from('x') }))).toMatch(
      /^InvalidCiphertext/,
    );
  });

  it('names its key: another that is named is wrong, another region knows it not', async () => {
    const { CiphertextBlob } = await call('Encrypt', { KeyId: await newKey(), Plaintext: secret });
    expect(await refusalOf(call('Decrypt', { CiphertextBlob, KeyId: await newKey() }))).toBe(
      'IncorrectKeyException: The key ID in the request does not identify a CMK that can perform this operation.',
    );
    expect(await refusalOf(call('Decrypt', { CiphertextBlob }, user('admin'), 'eu-west-1'))).toMatch(
      /^AccessDenied/,
    );
  });

  it('goes over to another key and context', async () => {
    const [from, to] = [await newKey(), await newKey()];
    const { CiphertextBlob } = await call('Encrypt', {
      KeyId: from,
      Plaintext: secret,
      EncryptionContext: { a: '1' },
    });
    const moved = await call('ReEncrypt', {
      CiphertextBlob,
      SourceEncryptionContext: { a: '1' },
      DestinationKeyId: to,
      DestinationEncryptionContext: { b: '2' },
    });
    expect(moved).toMatchObject({ SourceKeyId: from, KeyId: to });
    const read = { CiphertextBlob: moved['CiphertextBlob'], EncryptionContext: { b: '2' } };
    expect(await call('Decrypt', read)).toMatchObject({ KeyId: to, Plaintext: secret });
  });
});

describe('data keys', () => {
  it.each([
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 100 }, 100],
  ])('%j: %d bytes, plain and encrypted', async (size, bytes) => {
    const KeyId = await newKey();
    const { Plaintext, CiphertextBlob } = await call('GenerateDataKey', { KeyId, ...size });
    expect((Plaintext as Uint8Array).length).toBe(bytes);
    expect((await call('Decrypt', { CiphertextBlob }))['Plaintext']).toEqual(Plaintext);
    expect(await call('GenerateDataKeyWithoutPlaintext', { KeyId, ...size })).not.toHaveProperty('Plaintext');
  });

  it.each([{}, { KeySpec: 'AES_256', NumberOfBytes: 1 }])('need one size: %j', async (size) => {
    const asked = call('GenerateDataKey', { KeyId: await newKey(), ...size });
    expect(await refusalOf(asked)).toBe(
      'ValidationException: Please specify either number of bytes or key spec.',
    );
  });
});

describe('a key', () => {
  const using = (KeyId: string) => [
    call('Encrypt', { KeyId, Plaintext: secret }),
    call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' }),
    call('RotateKeyOnDemand', { KeyId }),
  ];

  it('that is disabled does nothing until it is enabled', async () => {
    const KeyId = await newKey();
    const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: secret });
    await call('DisableKey', { KeyId });
    for (const use of [...using(KeyId), call('Decrypt', { CiphertextBlob })])
      expect(await refusalOf(use)).toBe(`DisabledException: ${KeyId} is disabled.`);
    await call('EnableKey', { KeyId });
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({ Plaintext: secret });
  });

  it('that is to be deleted waits, can be kept, and is gone after its day with its material', async () => {
    const KeyId = await newKey();
    await call('CreateAlias', { AliasName: 'alias/gone', TargetKeyId: KeyId });
    const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: secret });
    const scheduled = await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(scheduled).toMatchObject({
      KeyState: 'PendingDeletion',
      DeletionDate: new Date(time.now + 7 * DAY),
    });
    for (const use of [...using(KeyId), call('EnableKey', { KeyId }), call('ScheduleKeyDeletion', { KeyId })])
      expect(await refusalOf(use)).toBe(`KMSInvalidStateException: ${KeyId} is pending deletion.`);
    await call('CancelKeyDeletion', { KeyId });
    expect((await call('DescribeKey', { KeyId }))['KeyMetadata']).toMatchObject({ KeyState: 'Disabled' });
    expect(await refusalOf(call('CancelKeyDeletion', { KeyId }))).toMatch(/is not pending deletion\.$/);
    await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    time.now += 7 * DAY;
    expect(await refusalOf(call('DescribeKey', { KeyId }))).toBe(
      `NotFoundException: Key '${KeyId}' does not exist`,
    );
    expect(await refusalOf(call('DescribeKey', { KeyId: 'alias/gone' }))).toBe(
      `NotFoundException: Alias arn:aws:kms:us-east-1:${HOME}:alias/gone is not found.`,
    );
    expect(await refusalOf(call('Decrypt', { CiphertextBlob }))).toMatch(/^AccessDeniedException/);
    expect(await kms.settings.selectFrom('kms_materials').selectAll().execute()).toEqual([]);
  });

  it('that is rotated encrypts with new material and still reads what the old one wrote', async () => {
    const KeyId = await newKey();
    const material = async () =>
      ((await call('DescribeKey', { KeyId }))['KeyMetadata'] as { CurrentKeyMaterialId: string })
        .CurrentKeyMaterialId;
    const first = await material();
    const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: secret });
    await call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    time.now += 89 * DAY;
    await call('Encrypt', { KeyId, Plaintext: secret });
    expect(await material()).toBe(first);
    time.now += 2 * DAY;
    await call('Encrypt', { KeyId, Plaintext: secret });
    const second = await material();
    expect(second).not.toBe(first);
    await call('RotateKeyOnDemand', { KeyId });
    expect(await material()).not.toBe(second);
    expect(await call('Decrypt', { CiphertextBlob })).toMatchObject({
      Plaintext: secret,
      KeyMaterialId: first,
    });
    const { Rotations } = await call('ListKeyRotations', { KeyId });
    expect((Rotations as { RotationType: string }[]).map((one) => one.RotationType)).toEqual([
      'AUTOMATIC',
      'ON_DEMAND',
    ]);
  });

  it('has its names', async () => {
    const [one, two] = [await newKey(), await newKey()];
    await call('CreateAlias', { AliasName: 'alias/app', TargetKeyId: one });
    const again = call('CreateAlias', { AliasName: 'alias/app', TargetKeyId: two });
    expect(await refusalOf(again)).toBe(
      `AlreadyExistsException: An alias with the name arn:aws:kms:us-east-1:${HOME}:alias/app already exists`,
    );
    const target = async () =>
      ((await call('DescribeKey', { KeyId: 'alias/app' }))['KeyMetadata'] as { Arn: string }).Arn;
    expect(await target()).toBe(one);
    await call('UpdateAlias', { AliasName: 'alias/app', TargetKeyId: two });
    expect(await target()).toBe(two);
    expect((await call('ListAliases', { KeyId: two }))['Aliases']).toMatchObject([
      { AliasName: 'alias/app' },
    ]);
    await call('DeleteAlias', { AliasName: 'alias/app' });
    expect((await call('ListAliases', {}))['Aliases']).toEqual([]);
  });

  it.each([
    ['CreateAlias', { AliasName: 'app', TargetKeyId: 'x' }, /^ValidationException: Invalid identifier/],
    [
      'CreateAlias',
      { AliasName: 'alias/aws/s3', TargetKeyId: 'x' },
      /^InvalidAliasNameException: .*reserved/,
    ],
    ['DescribeKey', { KeyId: 'nonsense' }, /^NotFoundException: Invalid keyId 'nonsense'/],
    [
      'DescribeKey',
      { KeyId: `arn:aws:kms:eu-west-1:${HOME}:alias/x` },
      /^NotFoundException: Invalid arn eu-west-1$/,
    ],
    ['EnableKey', { KeyId: 'alias/x' }, /^NotFoundException: Invalid keyId 'alias\/x'/],
    [
      'CreateKey',
      { KeySpec: 'RSA_2048' },
      /^UnsupportedOperationException: KeySpec RSA_2048 is not supported/,
    ],
    [
      'CreateKey',
      { KeySpec: 'RSA_1' },
      /^ValidationException: 1 validation error detected: Value 'RSA_1' at 'keySpec'/,
    ],
    ['CreateKey', { MultiRegion: true }, /^UnsupportedOperationException: MultiRegion true/],
    ['CreateKey', { XksKeyId: 'x' }, /^UnsupportedOperationException: .*XksKeyId/],
    ['CreateKey', { Policy: '{' }, /^MalformedPolicyDocumentException: /],
    [
      'CreateKey',
      { Policy: '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"x"},"Action":"kms:*"}]}' },
      /Invalid principal in policy/,
    ],
    ['CreateKey', { Tags: [{ TagKey: 'aws:x', TagValue: '' }] }, /^TagException: .*aws:x/],
    [
      'Decrypt',
      { CiphertextBlob: Buffer.from('x'), GrantTokens: ['t'] },
      /^UnsupportedOperationException: .*GrantTokens/,
    ],
    ['ListKeys', { Marker: '!' }, /^InvalidMarkerException/],
  ])('%s %j is refused', async (name, input, told) => {
    expect(await refusalOf(call(name, input))).toMatch(told);
  });

  it('is listed a page at a time', async () => {
    const made = [await newKey(), await newKey(), await newKey()].sort();
    const first = await call('ListKeys', { Limit: 2 });
    const second = await call('ListKeys', { Limit: 2, Marker: first['NextMarker'] });
    expect([first['Truncated'], second['Truncated']]).toEqual([true, false]);
    const arns = [first, second].flatMap(({ Keys }) =>
      (Keys as { KeyArn: string }[]).map(({ KeyArn }) => KeyArn),
    );
    expect(arns.sort()).toEqual(made);
  });
});

describe('secrets', () => {
  it('stand in no error', async () => {
    const Plaintext = Buffer.alloc(5000, 'secret');
    const refusal = await refusalOf(call('Encrypt', { KeyId: await newKey(), Plaintext }));
    expect(refusal).toMatch(/^ValidationException: .*Value '\*\*\*' at 'plaintext'.*between 1 and 4096/);
  });

  it('need the master key: without it the rows open nothing', async () => {
    const KeyId = await newKey();
    const { CiphertextBlob } = await call('Encrypt', { KeyId, Plaintext: secret });
    const strange = await testKms({ now: () => time.now });
    for (const table of ['kms_keys', 'kms_materials'] as const) {
      const rows = await kms.settings.selectFrom(table).selectAll().execute();
      for (const row of rows) await strange.settings.insertInto(table).values(row).execute();
    }
    const opened = strange.operations
      .find(({ name }) => name === 'Decrypt')
      ?.handle({ CiphertextBlob }, callBy(user('admin')));
    await expect(opened).rejects.toThrow('was not sealed by this data folder');
  });

  it('with DryRun nothing is given out', async () => {
    const asked = call('GenerateDataKey', { KeyId: await newKey(), KeySpec: 'AES_256', DryRun: true });
    expect(await refusalOf(asked)).toMatch(/^DryRunOperationException/);
  });
});
