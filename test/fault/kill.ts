import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';

import { deliveredRecords, lookupAll, s3Client, trailBucketPolicy } from '../kit/client.ts';
import { eventually, run } from '../kit/run.ts';
import { BIN, cleanEnv, startServer, type TestServer } from '../kit/server.ts';
import { startLoad } from './load.ts';
import { startLoggingUpstream } from './upstream.ts';

const BUCKET = 'fault-trail';
const ACCOUNT = '123456789012';

export type Say = (text: string) => void;

/**
 * kill -9 at random moments under load, over and over on the same data. At the end nothing acknowledged is missing from history or
 * from the delivered files, nothing is there twice, every executed write has a record, and the digests are valid.
 */
export async function killRounds(rounds: number, say: Say): Promise<readonly string[]> {
  const data = mkdtempSync(join(tmpdir(), 'opentrail-fault-'));
  const upstream = await startLoggingUpstream();
  const start = () =>
    startServer({
      data,
      env: {
        OPENTRAIL_UPSTREAM: upstream.url,
        OPENTRAIL_UPSTREAM_S3: 'embedded',
        OPENTRAIL_DELIVERY_INTERVAL: '1s',
        OPENTRAIL_DIGEST_INTERVAL: '5s',
      },
    });
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
          `kill -9: ${round}/${rounds} rounds, ${acknowledged.size} calls acknowledged, ${upstream.executed.size} executed`,
        );
    }
    return await examine(server, { acknowledged, executed: upstream.executed }, say);
  } finally {
    await server.stop();
    await upstream.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

export async function createTrail(server: TestServer): Promise<void> {
  const s3 = s3Client(server);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET, ACCOUNT) }));
  const trails = new CloudTrailClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: server.credentials,
  });
  await trails.send(
    new CreateTrailCommand({
      Name: 'fault',
      S3BucketName: BUCKET,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    }),
  );
  await trails.send(new StartLoggingCommand({ Name: 'fault' }));
}

type Truth = { readonly acknowledged: ReadonlySet<string>; readonly executed: ReadonlySet<string> };

async function examine(server: TestServer, truth: Truth, say: Say): Promise<readonly string[]> {
  const problems: string[] = [];
  const lookedUp = await eventually(async () => {
    const found = await tablesInHistory(server);
    return isComplete(found, truth) ? found : undefined;
  }, 60_000).catch(() => tablesInHistory(server));
  compare('LookupEvents', lookedUp, truth, problems);
  const trails = new CloudTrailClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: server.credentials,
  });
  await trails.send(new StopLoggingCommand({ Name: 'fault' }));
  const delivered = await eventually(async () => {
    const found = tablesIn((await deliveredRecords(s3Client(server), BUCKET)) as TableRecord[]);
    return isComplete(found, truth) ? found : undefined;
  }, 60_000).catch(async () => tablesIn((await deliveredRecords(s3Client(server), BUCKET)) as TableRecord[]));
  compare('the delivered files', delivered, truth, problems);
  say(`history has ${lookedUp.size} tables, the delivered files ${delivered.size}`);
  const verified = await run(BIN, ['verify', `s3://${BUCKET}`, '--data', server.data, '--json'], {
    env: cleanEnv(),
  });
  if (verified.code !== 0)
    problems.push(
      `verify: exit ${verified.code}\n${verified.stdout.slice(0, 2000)}${verified.stderr.slice(0, 1000)}`,
    );
  return problems;
}

/** Every acknowledged call is there, and a record (if only of unknown outcome) for every executed one. */
function isComplete(found: ReadonlyMap<string, unknown>, { acknowledged, executed }: Truth): boolean {
  return found.size >= executed.size && [...acknowledged].every((name) => found.has(name));
}

type TableRecord = {
  readonly eventID: string;
  readonly eventName: string;
  readonly requestParameters?: { readonly tableName?: string } | null;
};

async function tablesInHistory(server: TestServer): Promise<Map<string, string[]>> {
  const events = await lookupAll(server, {
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateTable' }],
  });
  return tablesIn(events.map((event) => JSON.parse(event.CloudTrailEvent) as TableRecord));
}

/** Table name → ids of the records that name it. An intent's record may not know its parameters: it is found by its id alone. */
function tablesIn(records: readonly TableRecord[]): Map<string, string[]> {
  const tables = new Map<string, string[]>();
  for (const record of records) {
    if (record.eventName !== 'CreateTable') continue;
    const name = record.requestParameters?.tableName ?? `unknown ${record.eventID}`;
    tables.set(name, [...(tables.get(name) ?? []), record.eventID]);
  }
  return tables;
}

function compare(
  where: string,
  found: ReadonlyMap<string, readonly string[]>,
  { acknowledged, executed }: Truth,
  problems: string[],
): void {
  const missing = [...acknowledged].filter((name) => !found.has(name));
  if (missing.length > 0)
    problems.push(
      `${where}: ${missing.length} acknowledged calls are missing, such as ${missing.slice(0, 3).join(', ')}`,
    );
  const twice = [...found].filter(([, ids]) => ids.length > 1);
  if (twice.length > 0)
    problems.push(
      `${where}: ${twice.length} calls are there twice, such as ${twice
        .slice(0, 3)
        .map(([name]) => name)
        .join(', ')}`,
    );
  // Executed but unacknowledged writes have at least the record of their intent, which may not know the parameters.
  const unknown = [...found.keys()].filter((name) => name.startsWith('unknown ')).length;
  const unseen = [...executed].filter((name) => !found.has(name)).length;
  if (unseen > unknown)
    problems.push(
      `${where}: ${unseen} executed writes have no record of their own, but only ${unknown} records of unknown outcome stand for them`,
    );
}
