import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { deliveredRecords, s3Client } from '../kit/client.ts';
import { run } from '../kit/run.ts';
import { BIN, cleanEnv, startServer, type TestServer } from '../kit/server.ts';
import {
  compare,
  completed,
  tablesIn,
  tablesInHistory,
  type Say,
  type TableRecord,
  type Truth,
} from './examine.ts';
import { startLoad } from './load.ts';
import { BUCKET, createTrail, stopTrail } from './trail.ts';
import { startLoggingUpstream } from './upstream.ts';

/**
 * kill -9 at random moments under load, over and over on the same data. At the end nothing acknowledged is missing from history or
 * from the delivered files, nothing is there twice, every executed write has a record, and the digests are valid.
 */
export async function killRounds(rounds: number, say: Say): Promise<readonly string[]> {
  const data = mkdtempSync(join(tmpdir(), 'opentrail-fault-'));
  const upstream = await startLoggingUpstream();
  const env = {
    OPENTRAIL_UPSTREAM: upstream.url,
    OPENTRAIL_UPSTREAM_S3: 'embedded',
    OPENTRAIL_DELIVERY_INTERVAL: '1s',
    OPENTRAIL_DIGEST_INTERVAL: '5s',
  };
  const start = () => startServer({ data, env });
  const acknowledged = new Set<string>();
  let server = await start();
  try {
    await createTrail(server);
    for (let round = 1; round <= rounds; round++) {
      const load = startLoad(server, { prefix: `r${round}` });
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 1200));
      await server.kill();
      await load.stop();
      for (const name of load.acknowledged) acknowledged.add(name);
      server = await start();
      if (round % 10 === 0 || round === rounds)
        say(
          `kill: ${round}/${rounds} rounds, ${acknowledged.size} calls acknowledged, ${upstream.executed.size} executed`,
        );
    }
    return await examine(server, { acknowledged, executed: upstream.executed }, say);
  } finally {
    await server.stop();
    await upstream.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

async function examine(server: TestServer, truth: Truth, say: Say): Promise<readonly string[]> {
  const inHistory = await completed(() => tablesInHistory(server), truth);
  await stopTrail(server);
  const delivered = async () => tablesIn((await deliveredRecords(s3Client(server), BUCKET)) as TableRecord[]);
  const inFiles = await completed(delivered, truth);
  say(`kill: history has ${inHistory.size} tables, the delivered files ${inFiles.size}`);
  const problems = [
    ...compare('LookupEvents', inHistory, truth),
    ...compare('the delivered files', inFiles, truth),
  ];
  const verified = await run(BIN, ['verify', `s3://${BUCKET}`, '--data', server.data, '--json'], {
    env: cleanEnv(),
  });
  if (verified.code !== 0)
    problems.push(
      `verify: exit ${verified.code}\n${verified.stdout.slice(0, 2000)}${verified.stderr.slice(0, 1000)}`,
    );
  return problems;
}
