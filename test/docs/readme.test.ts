import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { awsOnPath, type AwsOnPath } from '../kit/aws-on-path.ts';
import { jsonCall, s3Client } from '../kit/client.ts';
import { eventually, run } from '../kit/run.ts';
import { awsEnv, cleanEnv, ROOT, startServer, type TestServer } from '../kit/server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const missing = missingTool('aws with AWS_ENDPOINT_URL');

/** Run by whoever runs this. */
const EXCLUDED = new Set(['npm ci', 'npm start', 'npm test']);
/** Run until they are stopped. */
const LASTING = /^bin\/opentrail (serve|tail)\b/;

type Section = { readonly title: string; readonly commands: readonly string[] };

/** The commands in the README's blocks of shell, in order, each line one. */
const sections: readonly Section[] = README.split(/^#+ /m).map((text) => ({
  title: text.split('\n', 1)[0] ?? '',
  commands: [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  ),
}));
const commands = sections.flatMap((section) => section.commands);

describe('README.md', () => {
  it('has only links to what is there', () => {
    const targets = [...README.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
    const named = [...README.matchAll(/`((?:docs|scripts|bin|src)\/[\w./-]+|[A-Z]+\.md)`/g)].map(
      ([, path = '']) => path,
    );
    const local = [...targets.filter((target) => !/^https?:/.test(target)), ...named];
    expect(local.length).toBeGreaterThan(4);
    expect(local.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
  });

  it('names only scripts and settings that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const asked = [...README.matchAll(/npm (?:run )?(\w+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'ci');
    expect(Object.keys(scripts)).toEqual(
      expect.arrayContaining(asked.filter((name) => !['and', 'or'].includes(name))),
    );
    const config = readFileSync(join(ROOT, 'docs/config.md'), 'utf8');
    for (const [name] of README.matchAll(/OPENTRAIL_[A-Z0-9_]+/g)) expect(config).toContain(`\`${name}\``);
  });
});

describe.skipIf(missing !== undefined)(needing('every command of README.md', missing), () => {
  let server: TestServer;
  let folder: string;
  let aws: AwsOnPath;
  /** The variables of the reader's shell, carried from one command to the next. */
  let shell: Record<string, string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opentrail-readme-'));
    aws = await awsOnPath();
    server = await startServer({
      env: {
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '2s',
        OPENTRAIL_FUNCTIONS: join(ROOT, 'docs/examples/functions'),
      },
    });
    const { AWS_CONFIG_FILE = '', AWS_SHARED_CREDENTIALS_FILE = '', AWS_PAGER = '' } = awsEnv(server);
    shell = {
      ...cleanEnv(),
      PATH: [aws.folder, process.env['PATH']].join(delimiter),
      ...{ AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_PAGER, AWS_EC2_METADATA_DISABLED: 'true' },
      OPENTRAIL_DATA: server.data,
    };
    // What the reader is supposed to have.
    const record = { eventTime: new Date().toISOString(), eventName: 'Old', eventID: crypto.randomUUID() };
    const log = gzipSync(JSON.stringify({ Records: [record] }));
    await writeFile(join(folder, 'old.json.gz'), log);
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'old-trail' }));
    await s3.send(new PutObjectCommand({ Bucket: 'old-trail', Key: 'AWSLogs/old.json.gz', Body: log }));
    s3.destroy();
  });
  afterAll(async () => {
    await server.stop();
    aws.close();
    await rm(folder, { recursive: true, force: true });
  });

  const type = async (command: string) => {
    const state = join(folder, 'environment');
    const line = command.replace('/var/log/cloudtrail', folder);
    const ran = await run('bash', ['-c', `set -e\n${line}\nenv -0 > "${state}"`], { env: shell, cwd: ROOT });
    expect([command, ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([command, 0, '']);
    shell = Object.fromEntries(
      readFileSync(state, 'utf8')
        .split('\0')
        .filter(Boolean)
        .map((entry) => entry.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
    return ran.stdout;
  };

  /** Until it says something on stdout; then it is stopped as from a terminal. */
  const typeLasting = async (command: string) => {
    const settings = { OPENTRAIL_LISTEN: '127.0.0.1:0', OPENTRAIL_LOG_LEVEL: 'warn' };
    const data = command.includes(' serve') ? { OPENTRAIL_DATA: join(folder, 'data') } : {};
    const child = spawn('bash', ['-c', `exec ${command}`], {
      env: { ...shell, ...settings, ...data },
      cwd: ROOT,
    });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    const exited = once(child, 'exit');
    await eventually(async () => {
      await jsonCall(server, 'CloudTrail_20131101.DescribeTrails', {});
      return stdout === '' ? undefined : true;
    }, 60_000);
    child.kill('SIGINT');
    expect([command, (await exited)[0]]).toEqual([command, 0]);
  };

  /** Digests take a moment to come. */
  const untilDigest = async () => {
    const s3 = s3Client(server);
    await eventually(async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'audit-logs' }));
      return Contents.some(({ Key }) => Key?.includes('/CloudTrail-Digest/')) ? true : undefined;
    }, 30_000);
    s3.destroy();
  };

  it('is found by this test', () => {
    expect(commands.length).toBeGreaterThan(20);
    for (const excluded of EXCLUDED) expect(commands).toContain(excluded);
  });

  it.each(sections.filter((section) => section.commands.some((command) => !EXCLUDED.has(command))))(
    'works: $title',
    async ({ title, commands }) => {
      if (title.startsWith('Prove')) await untilDigest();
      for (const command of commands.filter((one) => !EXCLUDED.has(one))) {
        if (LASTING.test(command)) await typeLasting(command);
        else await type(command);
      }
    },
  );

  it('leaves the reader in the account that was asked for', async () => {
    const identity = JSON.parse(await type('aws sts get-caller-identity')) as { Account: string };
    expect(identity.Account).toBe('210987654321');
    expect(shell['AWS_REGION']).toBe('eu-central-1');
  });
});
