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
    await first.flush();
    await opened.close();
    const disk = Buffer.concat([
      await readFile(join(folder, 'settings.db')),
      await readFile(join(folder, 'settings.db-wal')).catch(() => Buffer.alloc(0)),
    ]);
    expect(disk.includes('user/bob')).toBe(false);
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
