import { startServer, type TestServer } from '../test/kit/server.ts';
import { line, median } from './kit/machine.ts';
import { memoryOf } from './kit/memory.ts';
import { startProxy, startUpstream } from './kit/nginx.ts';
import { wrk, type WrkResult } from './kit/wrk.ts';

/** Calls per second through the gateway beside nginx in front of the same upstream, in turns. */
export async function benchGateway({ rounds = 5, seconds = 5 } = {}): Promise<void> {
  const upstream = await startUpstream();
  const nginx = await startProxy(upstream.url);
  line('gateway: 1 KB answers, 64 connections; nginx: 1 worker, access log, same upstream; in turns');
  try {
    for (const sync of ['group', 'always'] as const) {
      const server = await startServer({
        env: { OPENTRAIL_UPSTREAM: upstream.url, OPENTRAIL_JOURNAL_SYNC: sync },
      });
      const idle = memoryOf(server.pid);
      await wrk(server.url, { seconds: 3, accessKeyId: server.credentials.accessKeyId });
      const ours: WrkResult[] = [];
      const theirs: WrkResult[] = [];
      for (let round = 0; round < rounds; round++) {
        theirs.push(await wrk(nginx.url, { seconds }));
        ours.push(await wrk(server.url, { seconds, accessKeyId: server.credentials.accessKeyId }));
      }
      report(sync, ours, theirs);
      line(`  memory MB, idle: ${idle.text}; after the load: ${memoryOf(server.pid).text}`);
      const full = median(ours.map((result) => result.callsPerSecond));
      await reportLatency(server, upstream.url, { rounds, seconds, full });
      await server.stop();
    }
  } finally {
    await nginx.stop();
    await upstream.stop();
  }
}

const CONNECTIONS = 64;
/** A call's own time at half load, about: ms. */
const CALL = 3;

/** What the gateway adds at half of the calls that it took at full load: the same calls straight at the upstream, in turns. */
async function reportLatency(
  { url, credentials: { accessKeyId } }: TestServer,
  upstream: string,
  { rounds, seconds, full }: { readonly rounds: number; readonly seconds: number; readonly full: number },
): Promise<void> {
  const pause = Math.max(1, Math.round((CONNECTIONS * 1000) / (full / 2) - CALL));
  const through: WrkResult[] = [];
  const straight: WrkResult[] = [];
  for (let round = 0; round < rounds; round++) {
    straight.push(await wrk(upstream, { seconds, pause }));
    through.push(await wrk(url, { seconds, pause, accessKeyId }));
  }
  const added = (of: (result: WrkResult) => number) =>
    (median(through.map(of)) - median(straight.map(of))).toFixed(2);
  line(
    `  at half load, ${Math.round(median(through.map((r) => r.callsPerSecond)))} calls/s: adds p50 ${added((r) => r.p50)} ms, p99 ${added((r) => r.p99)} ms to the upstream's own`,
  );
}

function report(sync: string, ours: readonly WrkResult[], theirs: readonly WrkResult[]): void {
  const rate = (results: readonly WrkResult[]) =>
    Math.round(median(results.map((result) => result.callsPerSecond)));
  const ratios = ours.map(
    (result, index) => result.callsPerSecond / (theirs[index]?.callsPerSecond ?? Number.NaN),
  );
  const errors = ours.reduce((sum, result) => sum + result.errors, 0);
  line(
    `  OPENTRAIL_JOURNAL_SYNC=${sync}: ${rate(ours)} calls/s (p50 ${median(ours.map((r) => r.p50)).toFixed(1)} ms, p99 ${median(ours.map((r) => r.p99)).toFixed(1)} ms, errors ${errors}); ` +
      `nginx ${rate(theirs)} calls/s; ratio median ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
  );
}
