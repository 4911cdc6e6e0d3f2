import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandOutput,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { createClient } from '@clickhouse/client';
import { pino } from 'pino';

import { startEngine } from '../src/store/events/engine/engine.ts';
import { startServer } from '../test/kit/server.ts';
import { line, median } from './kit/machine.ts';
import { loadTemplates, syntheticEvents, type SyntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
const NAMES = { logGroupName: 'bench', logStreamName: 'one' };
/** Events of one PutLogEvents: about as many as its limit of 1 MiB lets in. */
const BATCH = 750;
const ROUNDS = 5;

/** PutLogEvents and FilterLogEvents by the SDK, each event a made-up CloudTrail record, and what an event takes on the disk. */
export async function benchLogGroups({ events }: { readonly events: number }): Promise<void> {
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return line('log-groups: skipped, the shared records are not here');
  const folder = mkdtempSync(join(tmpdir(), 'opentrail-bench-logs-'));
  const engine = await startEngine({ dir: folder, log: pino({ level: 'silent' }) });
  const server = await startServer({ env: { OPENTRAIL_CLICKHOUSE_URL: engine.url } });
  const client = new CloudWatchLogsClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: server.credentials,
  });
  try {
    await client.send(new CreateLogGroupCommand({ logGroupName: NAMES.logGroupName }));
    await client.send(new CreateLogStreamCommand(NAMES));
    const now = Math.floor(Date.now() / 1000);
    const range = { from: now - 3600, to: now };
    const { rare, bytes } = await append(
      client,
      syntheticEvents({ templates, total: events, ...range }),
      events,
    );
    line(
      `  an event on disk: ${await bytesOnDisk(engine.url, events)} bytes, of ${Math.round(bytes / events)} of its message`,
    );
    await search(client, rare);
  } finally {
    client.destroy();
    await server.stop();
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers the id of an event in the middle. */
async function append(
  client: CloudWatchLogsClient,
  made: SyntheticEvents,
  events: number,
): Promise<{ readonly rare: string; readonly bytes: number }> {
  let [spent, bytes, rare] = [0, 0, ''];
  for (let seq = 1; seq <= events; seq += BATCH) {
    const logEvents = made.entries(seq, Math.min(BATCH, events - seq + 1)).map(({ raw, columns, id }) => {
      if (seq <= events / 2) rare = id;
      bytes += raw.length;
      return { timestamp: (columns?.time ?? 0) * 1000, message: Buffer.from(raw).toString() };
    });
    const began = performance.now();
    await client.send(new PutLogEventsCommand({ ...NAMES, logEvents }));
    spent += performance.now() - began;
  }
  line(`log-groups: ${events} events appended, ${BATCH} at a time, each batch on the disk before its answer`);
  line(
    `  append: ${Math.round(events / (spent / 1000)).toLocaleString('en')} events a second, client and HTTP counted`,
  );
  return { rare, bytes };
}

async function bytesOnDisk(url: string, events: number): Promise<string> {
  const client = createClient({ url });
  await client.command({ query: 'OPTIMIZE TABLE log_events FINAL' });
  const answer = await client.query({
    query: `SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table = 'log_events'`,
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ bytes: string }>();
  await client.close();
  return (Number(row?.bytes) / events).toFixed(0);
}

async function search(client: CloudWatchLogsClient, rare: string): Promise<void> {
  const once = await timed(client, `{ $.eventID = "${rare}" }`, 1);
  line(`  a search for one event among all, for the first time: ${once.toFixed(0)} ms`);
  await report(client, { what: 'the same again', pattern: `{ $.eventID = "${rare}" }`, expected: 1 });
  await report(client, {
    what: 'a search that many messages look like and none matches',
    pattern: '{ $.userAgent = "us-east-1" }',
    expected: 0,
  });
  await report(client, { what: 'a page, unfiltered', pattern: undefined, expected: undefined });
}

type Search = {
  readonly what: string;
  readonly pattern: string | undefined;
  readonly expected: number | undefined;
};

async function report(client: CloudWatchLogsClient, { what, pattern, expected }: Search): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timed(client, pattern, expected));
  line(`  ${what}: median ${median(times).toFixed(0)} ms, most ${Math.max(...times).toFixed(0)} ms`);
}

/** Milliseconds of all pages; of the first alone where no number of events is expected. */
async function timed(
  client: CloudWatchLogsClient,
  filterPattern: string | undefined,
  expected: number | undefined,
): Promise<number> {
  const began = performance.now();
  let [found, nextToken]: [number, string | undefined] = [0, undefined];
  do {
    const page: FilterLogEventsCommandOutput = await client.send(
      new FilterLogEventsCommand({ logGroupName: NAMES.logGroupName, filterPattern, nextToken }),
    );
    found += page.events?.length ?? 0;
    nextToken = page.nextToken;
  } while (expected !== undefined && nextToken !== undefined);
  if (expected !== undefined && found !== expected)
    throw new Error(`${found} events instead of ${expected} for ${filterPattern ?? 'all'}`);
  return performance.now() - began;
}
