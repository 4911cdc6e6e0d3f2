import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { isoSeconds } from '../src/base/clock.ts';
import { signRequest } from '../src/aws/sigv4/sign-request.ts';
import { run } from '../test/kit/run.ts';
import {
  awsEnv,
  BIN,
  cleanEnv,
  readCredentials,
  readyLine,
  startServer,
  type TestServer,
} from '../test/kit/server.ts';
import { missingTool } from '../test/kit/tools.ts';
import { line, median } from './kit/machine.ts';

const FILL_SERVER = fileURLToPath(new URL('kit/fill-server.ts', import.meta.url));
const ACCOUNT = '123456789012';
const TRAIL = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/all`;
const RECORDS_A_FILE = 50;

/** `opentrail verify` beside `aws cloudtrail validate-logs`, both against the embedded buckets, over the log files of a trail; in turns. */
export async function benchVerify({ files = 2000, rounds = 5 } = {}): Promise<void> {
  const missing = missingTool('aws', 'aws with AWS_ENDPOINT_URL');
  if (missing !== undefined) return line(`verify: skipped, ${missing} is not here`);
  const start = isoSeconds(Date.now() - 60_000);
  const data = mkdtempSync(join(tmpdir(), 'opentrail-bench-'));
  try {
    const there = await fillFolder(data, files);
    const server = await startServer({ data });
    try {
      line(`verify: ${there} log files of ${RECORDS_A_FILE} records; seconds`);
      await compare(awsEnv(server), { start, rounds });
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function compare(
  env: Record<string, string>,
  { start, rounds }: { readonly start: string; readonly rounds: number },
): Promise<void> {
  const theirs: number[] = [];
  const ours: number[] = [];
  const range = ['--start-time', start, '--end-time', isoSeconds(Date.now())];
  for (let round = 0; round < rounds; round++) {
    theirs.push(await timed('aws', ['cloudtrail', 'validate-logs', '--trail-arn', TRAIL, ...range], env));
    ours.push(await timed(BIN, ['verify', 'all'], env));
  }
  line(`  aws cloudtrail validate-logs: ${median(theirs).toFixed(2)}`);
  line(
    `  opentrail verify: ${median(ours).toFixed(2)}; ${median(theirs.map((time, i) => time / (ours[i] ?? Number.NaN))).toFixed(1)} times as fast`,
  );
}

/** Has a trail deliver that many log files into the embedded buckets of the folder; answers how many there are. */
async function fillFolder(data: string, files: number): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', FILL_SERVER, data], {
    env: { ...cleanEnv(), UV_THREADPOOL_SIZE: '8' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    const url = await readyLine(child, () => '');
    const server = { url, credentials: readCredentials(data) };
    return await fill(server, awsEnv(server), files);
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

async function timed(command: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  const began = performance.now();
  const { code, stdout, stderr } = await run(command, args, { env });
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${stdout}${stderr}`);
  return (performance.now() - began) / 1000;
}

/** A file at a time until there are enough; answers how many came of it. */
async function fill(server: Filling, env: Record<string, string>, files: number): Promise<number> {
  await timed('aws', ['s3', 'mb', 's3://bench-logs'], env);
  await timed(
    'aws',
    ['s3api', 'put-bucket-policy', '--bucket', 'bench-logs', '--policy', JSON.stringify(POLICY)],
    env,
  );
  await timed(
    'aws',
    'cloudtrail create-trail --name all --s3-bucket-name bench-logs --enable-log-file-validation'.split(' '),
    env,
  );
  await timed('aws', ['cloudtrail', 'start-logging', '--name', 'all'], env);
  for (let sent = 0; sent < files; sent++) {
    await post(server, Array.from({ length: RECORDS_A_FILE }, record));
    await sleep(60);
  }
  // Until the digest that names the last of them.
  await sleep(8000);
  const { stdout } = await run(
    'aws',
    ['s3', 'ls', '--recursive', `s3://bench-logs/AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/`],
    { env },
  );
  return stdout.trim().split('\n').length;
}

const POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: ['s3:GetBucketAcl', 's3:PutObject'],
      Resource: ['arn:aws:s3:::bench-logs', 'arn:aws:s3:::bench-logs/*'],
    },
  ],
};

function record(): string {
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: `arn:aws:iam::${ACCOUNT}:user/bench`,
      accountId: ACCOUNT,
      userName: 'bench',
    },
    eventTime: isoSeconds(Date.now()),
    eventSource: 'ec2.amazonaws.com',
    eventName: 'StopInstances',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: 'bench',
    requestParameters: { instancesSet: { items: [{ instanceId: `i-${crypto.randomUUID()}` }] } },
    responseElements: null,
    requestID: crypto.randomUUID(),
    eventID: crypto.randomUUID(),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
  });
}

type Filling = Pick<TestServer, 'url' | 'credentials'>;

async function post({ url, credentials }: Filling, records: readonly string[]): Promise<void> {
  const target = `${url}/_ingest/records?origin=ingested`;
  const body = Buffer.from(records.join('\n'));
  const signer = { credentials, service: 'opentrail', region: 'us-east-1', now: Date.now() };
  const headers = signRequest(signer, {
    method: 'POST',
    url: target,
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  });
  delete headers['host'];
  const response = await fetch(target, { method: 'POST', headers, body: new Uint8Array(body) });
  if (!response.ok) throw new Error(`ingest: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
