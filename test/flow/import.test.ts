import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { foreignRecord } from '../kit/foreign-record.ts';
import { parseRecords } from '../../src/record/slice-records.ts';
import { opentrailOf } from '../kit/cli.ts';
import { lookupAll, s3Client, type LookedUp } from '../kit/client.ts';
import { eventually } from '../kit/run.ts';
import { startServer, type TestServer } from '../kit/server.ts';
import { needing } from '../kit/tools.ts';

const INVICTUS = fileURLToPath(new URL('../../../shared/vectors/records/invictus', import.meta.url));
const missing = existsSync(INVICTUS) ? undefined : 'records/invictus';
const EVERYTHING = { Scope: 'all', EventCategory: 'all' };
const DAY = 86_400_000;

type Report = {
  readonly files: number;
  readonly filesDone: number;
  readonly filesSkipped: number;
  readonly recorded: number;
  readonly duplicates: number;
  readonly outsideRetention: { readonly count: number; readonly oldest?: string; readonly newest?: string };
  readonly bad: readonly { readonly path: string; readonly reason: string }[];
};

let folder: string;
let wide: TestServer;
let usual: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opentrail-import-'));
  [wide, usual] = await Promise.all([
    startServer({ env: { OPENTRAIL_HISTORY_RETENTION: '3650d' } }),
    startServer(),
  ]);
});
afterAll(async () => {
  await Promise.all([wide.stop(), usual.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const importJson = async (server: TestServer, ...args: string[]) => {
  const { code, stdout, stderr } = await opentrailOf(server, 'import', '--json', ...args);
  return { code, stderr, report: JSON.parse(stdout) as Report };
};

const recordOf = (name: string, at: number) => foreignRecord('111122223333', name, at);
const logFile = (...records: object[]) => JSON.stringify({ Records: records });
const keyOf = (at: number, unique: string) => {
  const day = new Date(at).toISOString().slice(0, 10);
  return `AWSLogs/111122223333/CloudTrail/eu-west-1/${day.replaceAll('-', '/')}/111122223333_CloudTrail_eu-west-1_${day.replaceAll('-', '')}T1200Z_${unique}.json.gz`;
};

async function write(path: string, content: Uint8Array | string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** What a lookup finds once there are as many as there must be. */
const findAll = (server: TestServer, AttributeKey: string, AttributeValue: string, count: number) =>
  eventually(async () => {
    const LookupAttributes = [{ AttributeKey, AttributeValue }];
    const found = await lookupAll(server, { ...EVERYTHING, LookupAttributes });
    return found.length >= count ? found : undefined;
  });

const sourceOf = (event: LookedUp) =>
  (JSON.parse(event.CloudTrailEvent) as { sourceIPAddress: string }).sourceIPAddress;

/** Asks what a queue gets from a rule for calls of these names. */
async function ruleFor(server: TestServer, names: readonly string[]) {
  const options = { endpoint: server.url, credentials: server.credentials, region: 'us-east-1' };
  const [sqs, rules] = [new SQSClient(options), new EventBridgeClient(options)];
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'fired' }));
  const queue = 'arn:aws:sqs:us-east-1:123456789012:fired';
  const allow = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...allow, Resource: queue }] });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const EventPattern = JSON.stringify({ detail: { eventName: names } });
  await rules.send(new PutRuleCommand({ Name: 'replayed', EventPattern }));
  await rules.send(new PutTargetsCommand({ Rule: 'replayed', Targets: [{ Id: 'queue', Arn: queue }] }));
  return {
    /** Names of the calls in the messages that are there now; each is taken out. */
    fired: async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { ReceiptHandle } of Messages)
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return Messages.map(({ Body = '' }) => (JSON.parse(Body) as { detail: { eventName: string } }).detail);
    },
    close: () => {
      for (const client of [sqs, rules]) client.destroy();
    },
  };
}

describe('an import with --replay', () => {
  it('has rules look at its events, and a plain one has not', async () => {
    const rule = await ruleFor(usual, ['PlainCall', 'ReplayedCall']);
    const ofHome = (name: string) => ({
      ...foreignRecord('123456789012', name, Date.now() - DAY),
      awsRegion: 'us-east-1',
    });
    const file = async (name: string) => write(`${name}/${name}.json.gz`, gzipSync(logFile(ofHome(name))));
    // In this order: what a follower of the journal hears of the second, it has heard of the first.
    expect((await importJson(usual, dirname(await file('PlainCall')))).report.recorded).toBe(1);
    const replayed = dirname(await file('ReplayedCall'));
    expect((await importJson(usual, '--replay', replayed)).report.recorded).toBe(1);
    const calls: { readonly eventName: string }[] = [];
    await eventually(async () => {
      calls.push(...(await rule.fired()));
      return calls.length > 0 ? true : undefined;
    }, 30_000);
    expect((await importJson(usual, '--replay', replayed)).report.recorded).toBe(0);
    calls.push(...(await rule.fired()));
    expect(calls.map(({ eventName }) => eventName)).toEqual(['ReplayedCall']);
    await findAll(usual, 'EventName', 'PlainCall', 1);
    rule.close();
  });
});

describe.skipIf(missing !== undefined)(needing('an import of 2,900 real records', missing), () => {
  const raws = new Map<string, string>();
  const management = new Set<string>();

  beforeAll(() => {
    for (const path of readdirSync(INVICTUS, { recursive: true }) as string[]) {
      if (!path.endsWith('.json.gz')) continue;
      for (const item of parseRecords(gunzipSync(readFileSync(join(INVICTUS, path))))) {
        if ('problem' in item) throw new Error(`${path}: ${item.problem}`);
        const { eventID, eventCategory } = item.record as { eventID: string; eventCategory: string };
        raws.set(eventID, Buffer.from(item.raw).toString());
        if (eventCategory === 'Management') management.add(eventID);
      }
    }
  });

  const countsOf = (texts: Iterable<string>) => {
    const counts: Record<string, number> = {};
    for (const text of texts) {
      const { eventName } = JSON.parse(text) as { eventName: string };
      counts[eventName] = (counts[eventName] ?? 0) + 1;
    }
    return counts;
  };

  it('finds each record byte for byte, and as many of each name as in the files', async () => {
    const { code, stderr, report } = await importJson(wide, INVICTUS);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(report).toMatchObject({ filesDone: 55, recorded: raws.size, duplicates: 0, bad: [] });
    expect(raws.size).toBe(2900);
    const time = { StartTime: 1_688_169_600, EndTime: 1_690_848_000 };
    const found = await eventually(async () => {
      const events = await lookupAll(wide, { ...EVERYTHING, ...time });
      return events.length >= raws.size ? events : undefined;
    });
    expect(countsOf(found.map((event) => event.CloudTrailEvent))).toEqual(countsOf(raws.values()));
    expect(new Map(found.map((event) => [event.EventId, event.CloudTrailEvent]))).toEqual(raws);
    const plain = await lookupAll(wide, { ...time, Scope: 'all' });
    expect(new Set(plain.map((event) => event.EventId))).toEqual(management);
  });

  it('adds nothing the second time, also when nothing of the first is remembered', async () => {
    expect(await importJson(wide, INVICTUS)).toMatchObject({
      code: 0,
      report: { filesSkipped: 55, filesDone: 0, recorded: 0 },
    });
    await rm(join(wide.data, 'imports'), { recursive: true });
    expect(await importJson(wide, INVICTUS)).toMatchObject({
      code: 0,
      report: { filesSkipped: 0, filesDone: 55, recorded: 0, duplicates: raws.size },
    });
  });

  it('counts and names what lies outside of the retention', async () => {
    const { code, stdout, stderr } = await opentrailOf(usual, 'import', INVICTUS);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^0 events imported from 55 files in /);
    expect(stdout).toMatch(
      /2,900 events \(2023-07-10T\S+Z to 2023-07-\d\dT\S+Z\) are older than the history retention; raise OPENTRAIL_HISTORY_RETENTION/,
    );
    expect(await lookupAll(usual, { ...EVERYTHING, StartTime: 0, EndTime: 1_690_848_000 })).toEqual([]);
  });

  it('tells beforehand what it would do', async () => {
    await rm(join(wide.data, 'imports'), { recursive: true });
    const { code, stdout } = await opentrailOf(wide, 'import', INVICTUS, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^55 log files \([\d,]+ bytes\) would be read; 0 are finished already/);
    expect(stdout).toContain('accounts: 218007301253');
  });
});

describe('an import', () => {
  const now = Date.now();

  it('names bad files with the reason, takes the good ones, and ends with 1', async () => {
    const good = gzipSync(logFile(recordOf('Good', now - DAY)));
    const files = {
      truncated: await write(`bad/${keyOf(now, 'truncatedtruncat')}`, good.subarray(0, good.length - 20)),
      bomb: await write(`bad/${keyOf(now, 'bombbombbombbomb')}`, gzipSync(Buffer.alloc(300 * 1024 * 1024))),
      text: await write(`bad/${keyOf(now, 'texttexttexttext')}`, 'this is not JSON'),
      large: await write('bad/large.json', Buffer.alloc(65 * 1024 * 1024, ' ')),
    };
    await write(`bad/${keyOf(now, 'goodgoodgoodgood')}`, good);
    await write('bad/notes.txt', 'not a log file');
    const { code, stdout, stderr } = await opentrailOf(usual, 'import', join(folder, 'bad'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1 events imported from 1 files/);
    expect(stdout).toContain('4 bad files were skipped (named above)');
    expect(stdout).toContain('1 other files');
    const said = stderr.trim().split('\n').sort();
    expect(said).toEqual(
      [
        `bad file ${files.truncated}: is a truncated gzip file`,
        `bad file ${files.bomb}: expands to more than`,
        `bad file ${files.text}: byte 0: not a JSON object`,
        `bad file ${files.large}: is larger than`,
      ]
        .sort()
        .map((text) => expect.stringContaining(text) as unknown),
    );
    const found = await findAll(usual, 'EventName', 'Good', 1);
    expect(found.map(sourceOf)).toEqual(['198.51.100.7']);
  });

  it('reads a bucket, from the day that is asked for on', async () => {
    const s3 = s3Client(wide);
    await s3.send(new CreateBucketCommand({ Bucket: 'old-trail' }));
    for (const [age, name] of [
      [1, 'Recent'],
      [20, 'Older'],
      [40, 'Oldest'],
    ] as const) {
      const at = now - age * DAY;
      await s3.send(
        new PutObjectCommand({
          Bucket: 'old-trail',
          Key: keyOf(at, name.padEnd(16, 'x')),
          Body: gzipSync(logFile(recordOf(name, at), recordOf(name, at))),
        }),
      );
    }
    s3.destroy();
    const since = new Date(now - 30 * DAY).toISOString().slice(0, 10);
    const first = await importJson(wide, 's3://old-trail/AWSLogs', '--since', since);
    expect(first).toMatchObject({ code: 0, stderr: '', report: { filesDone: 2, recorded: 4 } });
    const second = await importJson(wide, 's3://old-trail/AWSLogs');
    expect(second).toMatchObject({ code: 0, report: { filesDone: 1, filesSkipped: 2, recorded: 2 } });
    const found = await findAll(wide, 'RecipientAccountId', '111122223333', 6);
    expect(found.map((event) => event.EventName)).toEqual([
      ...['Recent', 'Recent', 'Older', 'Older', 'Oldest', 'Oldest'],
    ]);
  });

  it('says so when there is nothing to read from', async () => {
    expect(await opentrailOf(usual, 'import', join(folder, 'nowhere'))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('nowhere') as string,
    });
    expect(await opentrailOf(usual, 'import', 's3://no-such-bucket/x')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('NoSuchBucket') as string,
    });
  });
});
