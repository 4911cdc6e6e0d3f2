import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../../test/kit/run.ts';
import { BIN, startServer, type TestServer } from '../../test/kit/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

function opentrail(args: readonly string[], input = '') {
  return run(BIN, [...args, '--data', server.data], { input, env: { PATH: process.env['PATH'] ?? '' } });
}

/** One JSON object of a command that succeeds. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const ran = await opentrail([...args, '--json']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ran.stdout) as Record<string, unknown>;
}

/** What a POSIX shell makes of the lines, starting from other settings. */
async function shell(lines: string): Promise<Record<string, string>> {
  const env = { PATH: process.env['PATH'] ?? '', AWS_PROFILE: 'other', AWS_SESSION_TOKEN: 'old' };
  const ran = await run('sh', ['-euc', `${lines}\nenv`], { env });
  return Object.fromEntries(
    ran.stdout
      .split('\n')
      .filter((line) => line.startsWith('AWS_'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

async function signIn(body: object) {
  const response = await fetch(`${server.url}/_signin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('opentrail users', () => {
  it('makes a user who may do what was said, and deletes it with all that is its own', async () => {
    const made = await json('users', 'create', 'alice', '--policy', 'read-only', '--password');
    expect(made).toMatchObject({ user: 'alice', accessKeyId: expect.stringMatching(/^AKIA/) as string });
    expect(await json('users', 'list')).toMatchObject({
      users: [
        { name: 'admin' },
        {
          name: 'alice',
          policies: ['ReadOnlyAccess'],
          mfa: false,
          keys: [{ id: made['accessKeyId'], active: true }],
        },
      ],
    });
    expect((await opentrail(['users', 'list'])).stdout).toMatch(
      /^USER +CREATED .*\nadmin .*\nalice +\d{4}-\d\d-\d\d .*ReadOnlyAccess +AKIA/,
    );
    expect(await signIn({ userName: 'alice', password: made['password'] })).toMatchObject({
      status: 200,
      body: { userName: 'alice' },
    });
    await json('users', 'policy', 'alice', 'admin');
    expect(await json('users', 'list')).toMatchObject({ users: [{}, { policies: ['AdministratorAccess'] }] });
    expect(await json('users', 'key', 'alice', '--replace')).not.toMatchObject({
      accessKeyId: made['accessKeyId'],
    });
    expect(await json('users', 'delete', 'alice')).toEqual({ deleted: 'alice' });
    expect(await json('users', 'list')).toMatchObject({ users: [{ name: 'admin' }] });
  });

  it('sets up a second factor with two codes, and removes it', async () => {
    const { password } = await json('users', 'create', 'bob', '--password');
    const refused = await opentrail(['users', 'mfa', 'bob'], '000000 000000\n');
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('InvalidAuthenticationCode') as string,
    });
    expect(await enableMfa('bob')).toMatchObject({ user: 'bob' });
    expect(await signIn({ userName: 'bob', password })).toMatchObject({
      status: 401,
      body: { code: 'mfa-required' },
    });
    await json('users', 'mfa', 'bob', '--remove');
    expect(await signIn({ userName: 'bob', password })).toMatchObject({ status: 200 });
  });

  it('lets a locked user in again', async () => {
    await json('users', 'create', 'carol');
    const { password } = await json('users', 'password', 'carol');
    for (let i = 0; i < 5; i++) await signIn({ userName: 'carol', password: 'wrong' });
    expect(await signIn({ userName: 'carol', password })).toMatchObject({ status: 429 });
    expect((await opentrail(['users', 'unlock', 'carol'])).stdout).toBe('user carol may sign in again\n');
  });

  it.each([
    [['users', 'create', 'admin'], 1, /EntityAlreadyExists.*admin already exists/],
    [['users', 'delete', 'nobody'], 1, /NoSuchEntity.*nobody cannot be found/],
    [['users', 'create'], 2, /missing required argument 'name'/],
    [['users', 'create', 'x', '--policy', '/no/such/file'], 2, /policy must be admin, read-only or a file/],
    [['users', 'frobnicate'], 2, /unknown command/],
    [['env', '--account', '99'], 2, /--account must be 12 digits/],
    [['env', '--user', 'nobody'], 1, /there is no user nobody/],
  ])('%j ends with %d and says why', async (args, code, why) => {
    const ran = await opentrail(args);
    expect(ran).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(why) as string });
  });
});

describe('opentrail env', () => {
  it("gives the administrator's key, for eval", async () => {
    const { accessKeyId, secretAccessKey } = server.credentials;
    expect(await shell((await opentrail(['env', '--region', 'eu-west-1'])).stdout)).toEqual({
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
    });
  });

  it("gives another user's key", async () => {
    const { accessKeyId, secretAccessKey } = await json('users', 'create', 'dave');
    expect(await shell((await opentrail(['env', '--user', 'dave'])).stdout)).toMatchObject({
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
  });

  it('gives a session in another account, and that is recorded', async () => {
    const variables = await shell((await opentrail(['env', '--account', '999999999999'])).stdout);
    expect(variables).toMatchObject({
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/) as string,
      AWS_SESSION_TOKEN: expect.stringMatching(/.{100}/) as string,
    });
    const ran = await run(BIN, ['lookup', '--json', 'name=AssumeRole'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
        AWS_REGION: 'us-east-1',
      },
    });
    expect(ran.stdout).toContain('arn:aws:iam::999999999999:role/OpentrailAccountAccess');
  });

  it('says that the server must run for another account', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'opentrail-stopped-'));
    await copyFile(join(server.data, 'credentials'), join(dir, 'credentials'));
    await writeFile(join(dir, 'endpoint'), 'http://127.0.0.1:1\n');
    const ran = await run(BIN, ['env', '--data', dir, '--account', '999999999999'], {
      env: { PATH: process.env['PATH'] ?? '' },
    });
    await rm(dir, { recursive: true });
    expect(ran).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/no server answers at http:.*start it with: opentrail serve/) as string,
    });
  });
});

/** Reads the seed that the command shows first, and answers with the codes of this and the next half minute. */
async function enableMfa(name: string): Promise<Record<string, unknown>> {
  const child = spawn(BIN, ['users', 'mfa', name, '--json', '--data', server.data], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stdout = '';
  let answered = false;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (answered || !stdout.includes('\n')) return;
    answered = true;
    const { secret } = JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as { secret: string };
    const totp = new TOTP({ secret });
    child.stdin.end(`${totp.generate()}\n${totp.generate({ timestamp: Date.now() + 30_000 })}\n`);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}
