import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { lookupAll } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { compare, completed, counters, health, tablesInHistory, type Say } from './examine.ts';
import { startLoad } from './load.ts';
import { startLoggingUpstream, type LoggingUpstream } from './upstream.ts';

/** Whether this machine lets us mount a small disk. */
export function canMount(): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-mount-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir]).status === 0;
  if (mounted) spawnSync('umount', [dir]);
  rmSync(dir, { recursive: true, force: true });
  return mounted;
}

/** The data folder's disk runs full under load, and is freed again. */
export async function diskFull(mode: 'open' | 'closed', say: Say): Promise<readonly string[]> {
  const disk = mkdtempSync(join(tmpdir(), 'opentrail-disk-'));
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', disk]);
  const upstream = await startLoggingUpstream();
  const server = await startServer({
    data: join(disk, 'data'),
    env: {
      OPENTRAIL_UPSTREAM: upstream.url,
      OPENTRAIL_JOURNAL_SEGMENT: '1MB',
      OPENTRAIL_FAIL_CLOSED: String(mode === 'closed'),
      OPENTRAIL_LOG_LEVEL: 'silent',
    },
  });
  try {
    return await runFull({ server, upstream, disk, mode }, say);
  } finally {
    await server.stop();
    await upstream.stop();
    spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  }
}

type Setting = {
  readonly server: TestServer;
  readonly upstream: LoggingUpstream;
  readonly disk: string;
  readonly mode: 'open' | 'closed';
};

async function runFull({ server, upstream, disk, mode }: Setting, say: Say): Promise<readonly string[]> {
  const filler = join(disk, 'filler');
  const load = startLoad(server, { prefix: `full-${mode}`, connections: 8 });
  fill(filler);
  const told = await eventually(async () => {
    const { problems } = await health(server);
    const isFull =
      mode === 'open' ? problems.some((text) => text.startsWith('gap:')) : load.refused.size > 20;
    return isFull ? problems : undefined;
  }, 60_000).catch(() => undefined);
  const executedWhileFull = upstream.executed.size;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const meanwhile = upstream.executed.size - executedWhileFull;
  rmSync(filler);
  await eventually(async () => ((await health(server)).status === 'ok' ? true : undefined), 60_000).catch(
    () => undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  await load.stop();
  const after = await eventually(
    async () =>
      (await health(server)).status === 'ok' ? ({ status: 'ok', problems: [] } as const) : undefined,
    30_000,
  ).catch(() => health(server));
  const gaps = await lookupAll(server, {
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'RecordingGap' }],
  });
  const unrecorded = gaps.reduce(
    (sum, event) =>
      sum +
      (JSON.parse(event.CloudTrailEvent) as { serviceEventDetails: { unrecordedCalls: number } })
        .serviceEventDetails.unrecordedCalls,
    0,
  );
  const { values, problem } = await counters(server);
  const truth = { acknowledged: load.acknowledged, executed: upstream.executed };
  const found = await completed(() => tablesInHistory(server), truth, mode === 'open' ? 5000 : 30_000);
  say(
    `disk-full, fail-${mode}: ${load.acknowledged.size} acknowledged, ${load.refused.size} refused, ${found.size} found, ${unrecorded} told by ${gaps.length} gap records, counters ${JSON.stringify(values)}`,
  );
  return [
    ...(told === undefined ? ['the disk never ran full'] : []),
    ...(after.status === 'ok' ? [] : [`/_health does not recover: ${after.problems.join('; ')}`]),
    ...(problem === undefined ? [] : [problem]),
    ...(mode === 'open'
      ? openProblems({
          meanwhile,
          unrecorded,
          counted: values['unrecorded'] ?? 0,
          missing: load.acknowledged.size - [...load.acknowledged].filter((name) => found.has(name)).length,
        })
      : compare('LookupEvents', found, truth)),
    ...(mode === 'closed' && gaps.length > 0 ? ['fail-closed left a gap'] : []),
    ...(mode === 'open' && load.refused.size > 0 ? [`fail-open refused ${load.refused.size} calls`] : []),
  ];
}

type OpenFacts = {
  readonly meanwhile: number;
  readonly unrecorded: number;
  readonly counted: number;
  readonly missing: number;
};

/** Traffic went on, and the gap records tell exactly how many calls passed unrecorded. */
function openProblems({ meanwhile, unrecorded, counted, missing }: OpenFacts): string[] {
  return [
    ...(meanwhile > 0 ? [] : ['no call passed while the disk was full']),
    ...(unrecorded === counted
      ? []
      : [`gap records tell of ${unrecorded} unrecorded calls, the counter of ${counted}`]),
    ...(missing <= unrecorded
      ? []
      : [`${missing} acknowledged calls are missing, but only ${unrecorded} are told as unrecorded`]),
  ];
}

/** Writes until the disk takes nothing more. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  for (let size = 1024 * 1024; size >= 512;) {
    try {
      if (writeSync(file, Buffer.alloc(size, 'x')) < size) size /= 2;
    } catch {
      size /= 2;
    }
  }
  closeSync(file);
}
