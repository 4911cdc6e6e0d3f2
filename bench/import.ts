import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { opentrailOf } from '../test/kit/cli.ts';
import { jsonCall } from '../test/kit/client.ts';
import { startServer, type TestServer } from '../test/kit/server.ts';
import { line, median } from './kit/machine.ts';
import { loadTemplates, syntheticEvents } from './kit/synthetic-events.ts';

const VECTORS = fileURLToPath(new URL('../../shared/vectors', import.meta.url));
/** Events a file: a busy account's five minutes. */
const FILE = 500;

/** Events per second from delivered files on the disk, gzipped, to found in the history: `opentrail import`. */
export async function benchImport({ events = 200_000, rounds = 3 } = {}): Promise<void> {
  const templates = loadTemplates(VECTORS);
  if (templates.length === 0) return line('import: skipped, the shared records are not here');
  const now = Math.floor(Date.now() / 1000);
  const made = syntheticEvents({ templates, total: events * rounds, from: now - 20 * 86_400, to: now - 60 });
  line(
    `import: ${events} events in files of ${FILE}, ${rounds} rounds; load ${loadavg()[0]?.toFixed(1)}; events/s`,
  );
  const server = await startServer();
  const rates: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const folder = mkdtempSync(join(tmpdir(), 'opentrail-files-'));
      for (let at = 0; at < events; at += FILE)
        writeLogFile(folder, made.entries(round * events + at + 1, Math.min(FILE, events - at)), at);
      const began = performance.now();
      const { code, stderr } = await opentrailOf(server, 'import', folder, '--json');
      if (code !== 0) throw new TypeError(stderr);
      while ((await found(server)) < (round + 1) * events) await sleep(20);
      rates.push(events / ((performance.now() - began) / 1000));
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    await server.stop();
  }
  line(
    `  opentrail import, from files to found in the history: ${Math.round(median(rates))} (${rates.map(Math.round).join(', ')})`,
  );
}

function writeLogFile(folder: string, entries: readonly { readonly raw: Uint8Array }[], at: number): void {
  const stamp = String(Math.floor(at / FILE)).padStart(16, '0');
  const path = join(
    folder,
    `AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/01/123456789012_CloudTrail_us-east-1_20260101T0000Z_${stamp}.json.gz`,
  );
  mkdirSync(dirname(path), { recursive: true });
  const records = entries.map(({ raw }) => Buffer.from(raw).toString()).join(',');
  writeFileSync(path, gzipSync(`{"Records":[${records}]}`));
}

/** The records that came in only: our own calls are recorded too. */
async function found(server: TestServer): Promise<number> {
  const input = {
    Scope: 'all',
    Histogram: { BucketSeconds: 86_400 },
    EndTime: Math.floor(Date.now() / 1000) - 60,
    LookupAttributes: [
      { AttributeKey: 'EventSource', AttributeValue: 'opentrail.amazonaws.com', Operator: 'not' },
    ],
  };
  const { body } = await jsonCall(server, 'CloudTrail_20131101.LookupEvents', input);
  return ((body['Histogram'] ?? []) as { Count: number }[]).reduce((sum, { Count }) => sum + Count, 0);
}
