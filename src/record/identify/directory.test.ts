import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { CallerIdentity } from '../../capture/captured-call.ts';
import { masterKeyOf } from '../../embedded/iam/master-key.ts';
import { openSettings, type OpenSettings } from '../../store/settings/open-settings.ts';
import { createIdentityDirectory, type IdentityDeps } from './directory.ts';
import { identityMigrations, type IdentityTables } from './settings.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
const master = masterKeyOf(randomBytes(32));
const seal = (plain: Uint8Array) => Buffer.from(master.seal('test', Buffer.from(plain).toString('utf8')));
const open = (sealed: Uint8Array) =>
  Buffer.from(master.open('test', Buffer.from(sealed).toString('utf8')) ?? expect.fail('not sealed by us'));

const bob: CallerIdentity = {
  type: 'IAMUser',
  arn: 'arn:aws:iam::123456789012:user/bob',
  accountId: '123456789012',
  accessKeyId: 'AKIABOB',
  userName: 'bob',
};

let folder: string;
let opened: OpenSettings<IdentityTables>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opentrail-identities-'));
  opened = await openSettings<IdentityTables>({
    path: join(folder, 'settings.db'),
    migrations: [identityMigrations],
  });
});
afterEach(async () => {
  await opened.close().catch(() => undefined);
  await rm(folder, { recursive: true });
});

const directory = (over: Partial<IdentityDeps> = {}) =>
  createIdentityDirectory({
    settings: opened.db,
    own: () => undefined,
    clock: { now: () => NOW },
    log: { warn: () => undefined },
    seal,
    open,
    blind: (name) => master.mac('test', name).toString('hex'),
    ...over,
  });

describe('the directory of keys', () => {
  it('knows a key at once and still after a restart', async () => {
    const first = await directory();
    first.learnKey('AKIABOB', bob);
    expect(first.identify('AKIABOB', undefined)).toEqual(bob);
    await first.flush();
    expect((await directory()).identify('AKIABOB', undefined)).toEqual(bob);
  });

  it('writes without being asked to', async () => {
    const first = await directory();
    first.learnKey('AKIABOB', bob);
    await expect
      .poll(async () => (await opened.db.selectFrom('learned_identities').select('id').execute()).length)
      .toBe(1);
  });

  it('keeps nothing readable on disk', async () => {
    const first = await directory();
    first.learnKey('AKIABOB', bob);
    first.learnPrincipal('arn:aws:iam::123456789012:user/team/bob', 'AIDABOB');
    await first.flush();
    await opened.close();
    const disk = Buffer.concat([
      await readFile(join(folder, 'settings.db')),
      await readFile(join(folder, 'settings.db-wal')).catch(() => Buffer.alloc(0)),
    ]);
    for (const told of ['user/bob', 'AKIABOB', 'AIDABOB', 'team/bob'])
      expect(disk.includes(told)).toBe(false);
  });

  it('blinds ids that an earlier version wrote plainly', async () => {
    const fact = { kind: 'key', id: 'AKIABOB', identity: bob };
    const sealed = seal(Buffer.from(JSON.stringify(fact)));
    await opened.db
      .insertInto('learned_identities')
      .values({ id: 'key:AKIABOB', sealed, expires_at: null })
      .execute();
    expect((await directory()).identify('AKIABOB', undefined)).toEqual(bob);
    const rows = await opened.db.selectFrom('learned_identities').select('id').execute();
    expect(rows).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{64}$/) as string }]);
    expect((await directory()).identify('AKIABOB', undefined)).toEqual(bob);
  });

  it('follows a user to his new name', async () => {
    const one = await directory();
    one.learnKey('AKIABOB', { ...bob, principalId: 'AIDABOB' });
    one.learnPrincipal('arn:aws:iam::123456789012:user/bob', 'AIDABOB');
    one.learnPrincipal('arn:aws:iam::123456789012:user/team/robert', 'AIDABOB');
    expect(one.identify('AKIABOB', undefined)).toMatchObject({
      arn: 'arn:aws:iam::123456789012:user/team/robert',
      userName: 'robert',
    });
  });

  it('names the users of another cloud as configured: by key, by name, by tenant', async () => {
    const foreign = {
      '0555b35654ad1656d804': 'arn:aws:iam::111122223333:root',
      'acme$*': 'arn:aws:iam::111122223333:user/acme/*',
      acme$eve: 'arn:aws:iam::444455556666:user/eve',
    };
    const one = await directory({ foreign });
    expect(one.identify('0555b35654ad1656d804', undefined)).toEqual({
      type: 'Root',
      principalId: '111122223333',
      arn: 'arn:aws:iam::111122223333:root',
      accountId: '111122223333',
      accessKeyId: '0555b35654ad1656d804',
    });
    one.learnKey('ANNSKEY', { type: 'IAMUser', arn: 'arn:aws:iam::acme:user/ann', accountId: 'acme' });
    one.learnKey('EVESKEY', { type: 'IAMUser', userName: 'acme$eve', accountId: '123456789012' });
    expect(one.identify('ANNSKEY', undefined)).toMatchObject({
      arn: 'arn:aws:iam::111122223333:user/acme/ann',
      accountId: '111122223333',
      userName: 'ann',
    });
    expect(one.identify('EVESKEY', undefined)).toMatchObject({
      arn: foreign['acme$eve'],
      accountId: '444455556666',
    });
    one.learnKey('ODDKEY', { type: 'IAMUser', userName: 'acme$../x', accountId: '123456789012' });
    expect(one.identify('ODDKEY', undefined)).toMatchObject({ accountId: '123456789012' });
    expect(one.identify('NOBODY', undefined)).toBeUndefined();
  });

  it('fills in who the user is when that is seen after the key', async () => {
    const one = await directory();
    one.learnKey('AKIABOB', bob);
    one.learnPrincipal('arn:aws:iam::123456789012:user/team/bob', 'AIDABOB');
    expect(one.identify('AKIABOB', undefined)).toMatchObject({
      principalId: 'AIDABOB',
      arn: 'arn:aws:iam::123456789012:user/team/bob',
    });
    expect(one.principal('123456789012', 'user', 'bob')).toEqual({
      arn: 'arn:aws:iam::123456789012:user/team/bob',
      uniqueId: 'AIDABOB',
    });
    expect(one.principal('999999999999', 'user', 'bob')).toBeUndefined();
  });

  it('believes itself more than an answer that claims one of its own keys', async () => {
    const own: CallerIdentity = { type: 'Root', accountId: '123456789012' };
    const one = await directory({ own: (key) => (key === 'AKIAOWN' ? Promise.resolve(own) : undefined) });
    one.learnKey('AKIAOWN', bob);
    expect(await one.identify('AKIAOWN', undefined)).toEqual(own);
  });

  it('does not know a key of its own that is refused', async () => {
    const one = await directory({ own: () => Promise.reject(new TypeError('expired')) });
    expect(await one.identify('AKIAOWN', undefined)).toBeUndefined();
  });

  it('forgets sessions a week after their end, on the next start', async () => {
    const one = await directory();
    one.learnKey('ASIAOLD', bob, NOW - 8 * DAY);
    one.learnKey('ASIALATE', bob, NOW - DAY);
    await one.flush();
    const next = await directory();
    expect(next.identify('ASIAOLD', undefined)).toBeUndefined();
    expect(next.identify('ASIALATE', undefined)).toEqual(bob);
  });

  it('starts with what can be opened when the seal has changed, and says so', async () => {
    const one = await directory();
    one.learnKey('AKIABOB', bob);
    await one.flush();
    const warnings: unknown[] = [];
    const next = await directory({
      open: () => expect.fail('cannot open'),
      log: { warn: (...args: unknown[]) => void warnings.push(args[0]) },
    });
    expect(next.size()).toBe(0);
    expect(warnings).toEqual([{ unreadable: 1 }]);
  });

  it('goes on learning while the settings cannot be written, and gives up waiting when it stops', async () => {
    const one = await directory();
    await opened.close();
    one.learnKey('AKIABOB', bob);
    expect(one.identify('AKIABOB', undefined)).toEqual(bob);
    await one.stop();
  });
});
