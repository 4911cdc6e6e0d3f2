import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';

import { jsonCall, s3Client, trailBucketPolicy } from '../test/kit/client.ts';
import { startServer, type TestServer } from '../test/kit/server.ts';
import { line } from './kit/machine.ts';
import { memoryOf } from './kit/memory.ts';
import { startSender } from './kit/start-sender.ts';
import { loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
const BATCH = 5000;
const ACCOUNT = '123456789012';

/**
 * What a server takes to deliver one interval's events into its embedded buckets: to one trail, and to a hundred that select the same. The interval
 * is longer than the load; a call that changes nothing lets the trails deliver.
 */
export async function benchDelivery({ events = 1_000_000 } = {}): Promise<void> {
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return line('delivery: skipped, the shared records are not here');
  line(`delivery: ${events.toLocaleString('en')} events in one interval, into the embedded buckets`);
  const server = await startServer({
    env: {
      OPENTRAIL_DELIVERY_INTERVAL: '12h',
      OPENTRAIL_DIGEST_INTERVAL: '12h',
      OPENTRAIL_QUOTA_TRAILS: '200',
    },
  });
  try {
    await makeBucket(server);
    const made = syntheticEvents({ templates, total: events * 2, ...lastHours() });
    const load = (from: number, count: number) => ingest(server, made, from, count);
    await startTrails(server, ['one']);
    await load(0, events);
    await followed(server);
    const one = await delivered(server, ['one']);
    line(
      `  one trail: ${one.seconds.toFixed(1)} s (wanted: at most 60), ${one.cpu.toFixed(1)} s of processor; memory at most ${Math.round(one.memory)} MB in the server's process (wanted: at most 800)`,
    );
    const part = Math.min(Math.ceil(events / 10), 10_000);
    await load(events, part);
    await followed(server);
    const single = await delivered(server, ['one']);
    await call(server, 'StopLogging', { Name: 'one' });
    const hundred = Array.from({ length: 100 }, (_, n) => `same-${n}`);
    await startTrails(server, hundred);
    await load(events + part, part);
    await followed(server);
    const all = await delivered(server, hundred);
    line(
      `  ${part.toLocaleString('en')} events, a hundred trails that select the same: ${all.seconds.toFixed(1)} s, ${(all.cpu / single.cpu).toFixed(1)} times the processor of one trail; memory at most ${Math.round(all.memory)} MB`,
    );
  } finally {
    await server.stop();
  }
}

const lastHours = () => {
  const now = Math.floor(Date.now() / 1000);
  return { from: now - 7200, to: now - 60 };
};

async function call(server: TestServer, operation: string, input: object): Promise<Record<string, unknown>> {
  const { status, body } = await jsonCall(server, `CloudTrail_20131101.${operation}`, input);
  if (status !== 200) throw new Error(`${operation}: ${status} ${JSON.stringify(body)}`);
  return body;
}

async function makeBucket(server: TestServer): Promise<void> {
  const s3 = s3Client(server);
  await s3.send(new CreateBucketCommand({ Bucket: 'bench-logs' }));
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket: 'bench-logs',
      Policy: trailBucketPolicy('bench-logs', ACCOUNT, '*'),
    }),
  );
}

async function startTrails(server: TestServer, names: readonly string[]): Promise<void> {
  for (const Name of names) {
    await call(server, 'CreateTrail', {
      Name,
      S3BucketName: 'bench-logs',
      S3KeyPrefix: Name,
      IsMultiRegionTrail: true,
    });
    await call(server, 'StartLogging', { Name });
  }
}

async function ingest(
  server: TestServer,
  made: ReturnType<typeof syntheticEvents>,
  from: number,
  count: number,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'opentrail-bodies-'));
  try {
    for (let at = 0; at < count; at += BATCH) {
      const records = made
        .entries(from + at + 1, Math.min(BATCH, count - at))
        .map(({ raw }) => ofAccount(raw));
      writeFileSync(join(folder, String(at).padStart(9, '0')), `${records.join('\n')}\n`);
    }
    await (await startSender(server, folder)).send();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The synthetic accounts are several; a trail takes those of its own. */
function ofAccount(raw: Uint8Array): string {
  return String(raw).replace(/("recipientAccountId":\s*")\d{12}"/, `$1${ACCOUNT}"`);
}

type Delivered = { readonly seconds: number; readonly cpu: number; readonly memory: number };

/** Has the trails deliver what they hold, and waits until they have. */
async function delivered(server: TestServer, names: readonly string[]): Promise<Delivered> {
  const pid = server.pid;
  const [began, before] = [performance.now(), cpuSeconds(pid)];
  await Promise.all(names.map((Name) => call(server, 'UpdateTrail', { Name, S3BucketName: 'bench-logs' })));
  let memory = memoryOf(pid).server;
  // The updates themselves are recorded behind what is delivered.
  while ((await furthestBehind(server, names)) > names.length * 4 + 100) {
    memory = Math.max(memory, memoryOf(pid).server);
    await sleep(100);
  }
  return { seconds: (performance.now() - began) / 1000, cpu: cpuSeconds(pid) - before, memory };
}

/** The other followers' work is not the delivery's. */
async function followed(server: TestServer): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${server.url}/_metrics`)).text();
    const lags = [...metrics.matchAll(/opentrail_follower_lag\{follower="(?!trail:)[^"]*"\} (\d+)/g)].map(
      ([, lag]) => Number(lag),
    );
    if (lags.every((lag) => lag < 100)) return;
    await sleep(100);
  }
}

async function furthestBehind(server: TestServer, names: readonly string[]): Promise<number> {
  const metrics = await (await fetch(`${server.url}/_metrics`)).text();
  const lags = names.map((name) => {
    const found = new RegExp(`opentrail_follower_lag\\{follower="trail:[^"]*/${name}"\\} (\\d+)`).exec(
      metrics,
    );
    return Number(found?.[1] ?? Number.NaN);
  });
  if (lags.some(Number.isNaN)) throw new Error('a trail is not among the followers');
  return Math.max(...lags);
}

/** User and system time of the server's own process, not its engine's: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
