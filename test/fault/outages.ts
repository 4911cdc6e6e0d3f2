import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { deliveredRecords, s3Client } from '../kit/client.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import {
  compare,
  completed,
  counters,
  health,
  tablesIn,
  tablesInHistory,
  type Say,
  type TableRecord,
} from './examine.ts';
import { startLoad } from './load.ts';
import { allowDelivery, BUCKET, createTrail, refuseDelivery, trailStatus } from './trail.ts';
import { startLoggingUpstream } from './upstream.ts';

type Outage = {
  readonly name: string;
  readonly begin: (server: TestServer) => Promise<() => Promise<void>>;
  /** Looked at in the middle of the outage. */
  readonly problemsMeanwhile: (server: TestServer) => Promise<readonly string[]>;
};

/** The event engine is killed each time it comes back. */
export const engineDown: Outage = {
  name: 'engine',
  begin: async (server) => {
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGKILL');
        await sleep(200);
      }
    })();
    return async () => {
      isOver = true;
      await killing;
    };
  },
  problemsMeanwhile: async (server) => {
    const { status, problems } = await health(server);
    return status === 'degraded' && problems.some((text) => text.includes('engine'))
      ? []
      : [`/_health does not tell that the engine is down: ${problems.join('; ')}`];
  },
};

/** The bucket's policy no longer lets CloudTrail write. */
export const bucketRefuses: Outage = {
  name: 'bucket',
  begin: async (server) => {
    await refuseDelivery(server);
    return () => allowDelivery(server);
  },
  problemsMeanwhile: async (server) => {
    const { LatestDeliveryError } = await trailStatus(server);
    const { problems } = await health(server);
    return [
      ...(LatestDeliveryError === 'AccessDenied'
        ? []
        : [`GetTrailStatus says ${String(LatestDeliveryError)} instead of AccessDenied`]),
      ...(problems.some((text) => text.includes('AccessDenied'))
        ? []
        : [`/_health does not tell that deliveries are refused: ${problems.join('; ')}`]),
    ];
  },
};

/** Under load something fails for a while: calls go on, and afterwards all of them are found and delivered. */
export async function outage(
  { name, begin, problemsMeanwhile }: Outage,
  seconds: number,
  say: Say,
): Promise<readonly string[]> {
  const upstream = await startLoggingUpstream();
  const server = await startServer({
    env: {
      OPENTRAIL_UPSTREAM: upstream.url,
      OPENTRAIL_UPSTREAM_S3: 'embedded',
      OPENTRAIL_DELIVERY_INTERVAL: '1s',
      OPENTRAIL_LOG_LEVEL: 'fatal',
    },
  });
  try {
    await createTrail(server);
    const load = startLoad(server, { prefix: name, connections: 4, pause: 20 });
    await sleep(1000);
    const end = await begin(server);
    await sleep(seconds * 750);
    const meanwhile = await problemsMeanwhile(server);
    const before = load.acknowledged.size;
    await sleep(seconds * 250);
    const wentOn = load.acknowledged.size > before ? [] : ['no call was answered during the outage'];
    await end();
    await sleep(500);
    await load.stop();
    const truth = { acknowledged: load.acknowledged, executed: upstream.executed };
    const inHistory = await completed(() => tablesInHistory(server), truth);
    const inFiles = await completed(
      async () => tablesIn((await deliveredRecords(s3Client(server), BUCKET)) as TableRecord[]),
      truth,
    );
    say(
      `${name}: ${seconds} s, ${load.acknowledged.size} calls acknowledged, history has ${inHistory.size}, the delivered files ${inFiles.size}`,
    );
    const { problem } = await counters(server);
    return [
      ...meanwhile,
      ...wentOn,
      ...(load.refused.size > 0 ? [`${load.refused.size} calls were refused`] : []),
      ...compare('LookupEvents', inHistory, truth),
      ...compare('the delivered files', inFiles, truth),
      ...(problem === undefined ? [] : [problem]),
    ];
  } finally {
    await server.stop();
    await upstream.stop();
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}
