import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { loadConfig } from './config.ts';

const ANN = 'arn:aws:iam::111122223333:user/ann';

it('takes names of another cloud’s users from a table of the file or from one variable', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opentrail-config-'));
  const file = join(folder, 'opentrail.toml');
  await writeFile(
    file,
    `[identities]\n'acme$ann' = '${ANN}'\n'acme$*' = 'arn:aws:iam::111122223333:user/acme/*'\n`,
  );
  const { identities } = loadConfig({ env: {}, options: { config: file } });
  await rm(folder, { recursive: true });
  expect(identities).toEqual({ acme$ann: ANN, 'acme$*': 'arn:aws:iam::111122223333:user/acme/*' });
  const env = { OPENTRAIL_IDENTITIES: `acme$ann=${ANN}, uid=with=equals=arn:aws:iam::111122223333:root` };
  expect(loadConfig({ env, options: {} }).identities).toEqual({
    acme$ann: ANN,
    'uid=with=equals': 'arn:aws:iam::111122223333:root',
  });
  expect(loadConfig({ env: {}, options: {} }).identities).toEqual({});
});

it.each([
  'acme$ann',
  'acme$ann=alice',
  `=${ANN}`,
  'a=arn:aws:iam::1:user/ann',
  'a=arn:aws:iam::111122223333:user/*',
])('refuses identities that name nobody: %s', (text) => {
  expect(() => loadConfig({ env: { OPENTRAIL_IDENTITIES: text }, options: {} })).toThrow(
    /OPENTRAIL_IDENTITIES/,
  );
});

it.each([
  ['OPENTRAIL_WEBHOOK_ALLOW', '10.0.0.0/33'],
  ['OPENTRAIL_WEBHOOK_ALLOW', 'example.com'],
  ['OPENTRAIL_SMTP_URL', 'http://mail.example.com'],
  ['OPENTRAIL_SMTP_FROM', 'Audit <audit@example.com>'],
  ['OPENTRAIL_SMTP_FROM', 'audit@example.com'],
  ['OPENTRAIL_PUBLIC_URL', 'https://audit.example/path'],
])('refuses %s=%s, by its name', (name, value) => {
  expect(() => loadConfig({ env: { [name]: value }, options: {} })).toThrow(name);
});

it('knows where notifications go', () => {
  const env = {
    OPENTRAIL_WEBHOOK_ALLOW: '10.0.0.0/8, ::1',
    OPENTRAIL_SMTP_URL: 'smtp://me:secret@mail.example.com:587',
    OPENTRAIL_SMTP_FROM: 'audit@example.com',
    OPENTRAIL_PUBLIC_URL: 'https://audit.example/',
  };
  expect(loadConfig({ env, options: {} })).toMatchObject({
    webhook_allow: ['10.0.0.0/8', '::1'],
    smtp_url: env.OPENTRAIL_SMTP_URL,
    public_url: 'https://audit.example',
  });
});
