import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CloudTrailClient,
  CreateTrailCommand,
  ListTrailsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { opentrailOf } from '../kit/cli.ts';
import { s3Client, trailBucketPolicy } from '../kit/client.ts';
import { startServer, type TestServer } from '../kit/server.ts';

const ACCOUNT = '123456789012';

describe('opentrail report', () => {
  let server: TestServer;
  let dir: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opentrail-report-'));
    server = await startServer({
      env: { OPENTRAIL_DELIVERY_INTERVAL: '1s', OPENTRAIL_DIGEST_INTERVAL: '2s' },
    });
    const s3 = s3Client(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'trail-logs' }));
    await s3.send(
      new PutBucketPolicyCommand({ Bucket: 'trail-logs', Policy: trailBucketPolicy('trail-logs', ACCOUNT) }),
    );
    const trails = new CloudTrailClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: server.credentials,
    });
    await trails.send(
      new CreateTrailCommand({ Name: 'audit', S3BucketName: 'trail-logs', EnableLogFileValidation: true }),
    );
    await trails.send(new StartLoggingCommand({ Name: 'audit' }));
    for (let n = 0; n < 3; n++)
      await new CloudTrailClient({
        endpoint: server.url,
        region: 'us-east-1',
        credentials: server.credentials,
        customUserAgent: '=cmd|evil',
      }).send(new ListTrailsCommand({}));
    await opentrailOf(server, 'demo');
  });

  afterAll(async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('tells who did what, with coverage and proofs, in files that can be checked', async () => {
    const out = join(dir, 'one');
    const { code, stdout, stderr } = await opentrailOf(server, 'report', '--from', '20d', '--out', out);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Coverage: nothing speaks against any of \d+ hours/);
    expect(stdout).toMatch(/Proofs: 25 of 25 events looked at are proved/);
    expect((await readdir(out)).sort()).toEqual(
      [
        'MANIFEST.sha256',
        'checkpoint.txt',
        'coverage.csv',
        'events.csv',
        'findings.csv',
        'identities.csv',
        'proofs.csv',
        'report.pdf',
      ].sort(),
    );
    execFileSync('sha256sum', ['--check', '--quiet', 'MANIFEST.sha256'], { cwd: out });
    expect((await readFile(join(out, 'report.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
    const events = await readFile(join(out, 'events.csv'), 'utf8');
    expect(events.split('\r\n').length).toBeGreaterThan(20_000);
    expect(events).toContain('CreateTrail');
    const identities = await readFile(join(out, 'identities.csv'), 'utf8');
    expect(identities).toMatch(/user\/alice,IAMUser,/);
  });

  it('is of one account when asked, and of nobody else', async () => {
    const out = join(dir, 'two');
    const run = await opentrailOf(server, 'report', '--from', '20d', '--account', ACCOUNT, '--out', out);
    expect(run.code).toBe(0);
    const events = (await readFile(join(out, 'events.csv'), 'utf8')).trim().split('\r\n').slice(1);
    expect(new Set(events.map((line) => line.split(',')[1]))).toEqual(new Set([ACCOUNT]));
  });

  it('is refused for a folder with something in it and for a period that ends before it begins', async () => {
    const full = await opentrailOf(server, 'report', '--from', '20d', '--out', join(dir, 'one'));
    expect([full.code, full.stderr]).toEqual([2, expect.stringContaining('is not empty')]);
    const wrong = await opentrailOf(server, 'report', '--from', '2026-02-01', '--to', '2026-01-01');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--to must be later')]);
  });
});
