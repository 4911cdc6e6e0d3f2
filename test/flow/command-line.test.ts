import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { opentrail, opentrailOf } from '../kit/cli.ts';
import { s3Client } from '../kit/client.ts';
import { eventually, run } from '../kit/run.ts';
import { BIN, cleanEnv, startServer, type TestServer } from '../kit/server.ts';

/** Each with something of its help; those that are families name their first. */
const HELP: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['serve', 'env', 'lookup', 'who', 'tail', 'import', 'verify', 'query', 'report', 'demo'].map((name) => [
      name,
      '--data <dir>',
    ]),
  ),
  follow: 'add [options] <name>',
  tokens: 'create [options]',
  users: 'create [options] <name>',
};
const COMMANDS = Object.keys(HELP);
/** What only a terminal understands. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

let server: TestServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opentrail-cli-'));
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const on = (...args: string[]) => opentrailOf(server, ...args);

describe('every command', () => {
  it('explains itself', async () => {
    const { code, stdout, stderr } = await opentrail(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    const told = await Promise.all(COMMANDS.map((command) => opentrail([command, '--help'])));
    for (const [i, help] of told.entries()) {
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toMatch(new RegExp(`^Usage: opentrail ${COMMANDS[i]} `));
      expect(help.stdout).toContain(HELP[COMMANDS[i] as string]);
    }
  });

  it.each([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['lookup', '--frobnicate'], /unknown option '--frobnicate'/],
    [['lookup', 'nonsense'], /"nonsense" is not KEY=VALUE/],
    [['lookup', '--start', 'someday'], /someday|argument/],
    [['demo', '--events', '0'], /whole number from 1 to/],
    [['import'], /missing required argument 'source'/],
    [['verify', 's3:///x'], /is not s3:\/\/BUCKET/],
    [['serve', '--config', '/no/such/file'], /--config \/no\/such\/file/],
  ])('%j is called the wrong way: it ends with 2, says why, and prints nothing', async (args, why) => {
    const ran = await on(...args);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(why) as string });
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    [['lookup', 'wrongkey=1'], /InvalidLookupAttributesException/],
    [['verify', 'no-such-trail'], /TrailNotFoundException/],
    [['users', 'key', 'nobody'], /NoSuchEntity/],
  ])('%j fails: it ends with 1 and says why', async (args, why) => {
    const ran = await on(...args);
    expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(why) as string });
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const { stdout, stderr } = await run(
      'sh',
      ['-c', '"$0" lookup --help | head -n 1; "$0" --help | true', BIN],
      {
        env: cleanEnv(),
      },
    );
    expect([stdout, stderr]).toEqual(['Usage: opentrail lookup [options] [conditions...]\n', '']);
  });

  it('says that no server answers', async () => {
    await writeFile(
      join(folder, 'credentials'),
      '[default]\naws_access_key_id = A\naws_secret_access_key = B\n',
    );
    await writeFile(join(folder, 'endpoint'), 'http://127.0.0.1:1\n');
    const args = [['lookup'], ['who', 'x'], ['tail'], ['users', 'list'], ['demo', '--events', '1']];
    for (const ran of await Promise.all(args.map((one) => opentrail([...one, '--data', folder]))))
      expect(ran).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/opentrail serve/) as string,
      });
  });
});

describe('opentrail lookup and demo', () => {
  beforeAll(async () => {
    const { code, stdout, stderr } = await on('demo', '--events', '2000', '--days', '3', '--seed', '1');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^2,000 demo events stored in \S+\n$/);
  });

  it('prints a table, without colours in a pipe', async () => {
    const { stdout } = await eventually(async () => {
      const ran = await on('lookup', '--all', '--max', '5');
      return ran.stdout.split('\n').length >= 7 ? ran : undefined;
    });
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^TIME\s+USER\s+EVENT\s+SOURCE\s+FROM\s+RESULT$/);
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(row).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}/);
    expect(stdout).not.toMatch(CONTROL);
  });

  it('prints LookupEvents’ events as JSON, one a line, as many pages as it takes', async () => {
    const lines = await eventually(async () => {
      const { stdout } = await on('lookup', '--all', '--json', '--max', '0', 'readonly!=maybe');
      const found = stdout.trimEnd().split('\n');
      return found.length >= 1500 ? found : undefined;
    });
    const events = lines.map((line) => JSON.parse(line) as { EventId: string; EventTime: number });
    expect(new Set(events.map(({ EventId }) => EventId)).size).toBe(events.length);
    const times = events.map(({ EventTime }) => EventTime);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('finds nothing without noise on stdout', async () => {
    expect(await on('lookup', 'name=NoSuchName')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no events found\n',
    });
    expect(await on('lookup', '--json', 'name=NoSuchName')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('opentrail tail', () => {
  it('prints a data event that nothing selects, and ends with 0 when it is told to', async () => {
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'tailed' }));
    await s3.send(new PutObjectCommand({ Bucket: 'tailed', Key: 'a', Body: 'x' }));
    const child = spawn(BIN, ['tail', '--json', '--data', server.data], { env: cleanEnv() });
    const records: Record<string, unknown>[] = [];
    createInterface({ input: child.stdout }).on('line', (line) =>
      records.push(JSON.parse(line) as Record<string, unknown>),
    );
    const record = await eventually(async () => {
      await s3.send(new GetObjectCommand({ Bucket: 'tailed', Key: 'a' }));
      return records.find(({ eventName }) => eventName === 'GetObject');
    });
    s3.destroy();
    expect(record).toMatchObject({
      eventCategory: 'Data',
      managementEvent: false,
      requestParameters: { bucketName: 'tailed', key: 'a' },
      userIdentity: { userName: 'admin' },
    });
    expect(await ended(child, 'SIGINT')).toBe(0);
    const { stdout } = await on('lookup', '--json', '--category', 'data', 'name=GetObject');
    expect(stdout).toBe('');
  });
});

describe('opentrail env', () => {
  const identityOf = async (...args: string[]) => {
    const { stdout } = await on('env', ...args);
    const { stdout: shell } = await run('sh', ['-c', `${stdout}\nenv`], {
      env: { ...cleanEnv(), AWS_SESSION_TOKEN: 'of before', AWS_PROFILE: 'of before' },
    });
    const variables = new Map(
      shell.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
    expect(variables.has('AWS_PROFILE')).toBe(false);
    const sessionToken = variables.get('AWS_SESSION_TOKEN');
    const sts = new STSClient({
      endpoint: variables.get('AWS_ENDPOINT_URL') ?? '',
      region: variables.get('AWS_REGION') ?? '',
      credentials: {
        accessKeyId: variables.get('AWS_ACCESS_KEY_ID') ?? '',
        secretAccessKey: variables.get('AWS_SECRET_ACCESS_KEY') ?? '',
        ...(sessionToken === undefined ? {} : { sessionToken }),
      },
    });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return { Arn, region: variables.get('AWS_DEFAULT_REGION') };
  };

  it('is evaluated to the administrator, another user, another account, another region', async () => {
    expect((await on('users', 'create', 'erin', '--policy', 'read-only')).code).toBe(0);
    expect(await identityOf()).toEqual({ Arn: 'arn:aws:iam::123456789012:user/admin', region: 'us-east-1' });
    expect(await identityOf('--user', 'erin')).toMatchObject({ Arn: 'arn:aws:iam::123456789012:user/erin' });
    expect(await identityOf('--account', '210987654321', '--region', 'eu-central-1')).toEqual({
      Arn: expect.stringMatching(
        /^arn:aws:sts::210987654321:assumed-role\/OpentrailAccountAccess\//,
      ) as string,
      region: 'eu-central-1',
    });
    const listed = JSON.parse((await on('users', 'list', '--json')).stdout) as { users: { name: string }[] };
    expect(listed.users.map(({ name }) => name).sort()).toEqual(['admin', 'erin']);
  });
});

describe('opentrail serve', () => {
  it('says on stdout that it is ready, on stderr how to go on, no secret anywhere, and ends with 0', async () => {
    const data = join(folder, 'data');
    const child = spawn(BIN, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { env: cleanEnv() });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await eventually(
      () => Promise.resolve(stderr.includes('console:') && stdout !== '' ? true : undefined),
      60_000,
    );
    expect(stdout).toMatch(/^opentrail ready http:\/\/127\.0\.0\.1:\d+\n$/);
    expect(stderr).toMatch(/eval "\$\(\S+ env --data \S+\)"/);

    const second = await opentrail(['serve', '--data', data, '--listen', '127.0.0.1:0']);
    expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(data) as string });
    expect(second.stderr).not.toMatch(/\n\s+at /);

    const { stdout: credentials } = await run('cat', [join(data, 'credentials')]);
    for (const secret of credentials.matchAll(/(?:secret|password)\S*\s*=\s*(\S+)/g))
      expect(stdout + stderr).not.toContain(secret[1]);
    expect(await ended(child, 'SIGTERM')).toBe(0);
    expect(stdout).toMatch(/^opentrail ready \S+\n$/);
    expect(child.signalCode).toBeNull();
  });

  it('lists every mistake of its configuration with the full key, and starts nothing', async () => {
    const file = join(folder, 'bad.toml');
    await writeFile(file, 'account_id = "12"\nunheard_of = 1\ndigest_interval = "soon"\n');
    const data = join(folder, 'never');
    const { code, stdout, stderr } = await opentrail(['serve', '--config', file, '--data', data], {
      env: {
        OPENTRAIL_LISTEN: 'here',
        OPENTRAIL_DATA_EVENTS: 'some',
        OPENTRAIL_NO_SUCH: '1',
        OPENTRAIL_UPSTREAM_S3: 'ftp://x',
        OPENTRAIL_POSTGRES_URL: 'postgres://localhost/x',
      },
    });
    expect([code, stdout]).toEqual([2, '']);
    const named = [
      'ACCOUNT_ID',
      'UNHEARD_OF',
      'DIGEST_INTERVAL',
      'LISTEN',
      'DATA_EVENTS',
      'NO_SUCH',
      'UPSTREAM_S3',
    ];
    for (const key of named) expect(stderr).toMatch(new RegExp(`^ +OPENTRAIL_${key}: .`, 'm'));
    await expect(run('ls', [data])).resolves.toMatchObject({ code: 2 });
  });

  it('refuses what is not built yet', async () => {
    const { code, stderr } = await opentrail(['serve', '--data', join(folder, 'never')], {
      env: { OPENTRAIL_POSTGRES_URL: 'postgres://localhost/x' },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/OPENTRAIL_POSTGRES_URL: .*not built yet/);
  });
});

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}
