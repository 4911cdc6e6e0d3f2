import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput } from '../../../aws/operation.ts';
import type { RolePort } from '../../../aws/ports.ts';
import { createLogger } from '../../../base/log.ts';
import { openSettings } from '../../../store/settings/open-settings.ts';
import { errorOf, memoryBuckets } from '../../../../test/kit/trail-setup.ts';
import { createImports, type Imports } from './create-imports.ts';
import type { StoreBatch } from './deps.ts';
import { isWanted, mayHold, readLocation } from './import-source.ts';
import { importMigrations, type ImportTables } from './settings.ts';

const ACCOUNT = '123456789012';
const STORE = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:eventdatastore/11111111-2222-3333-4444-555555555555`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/reader`;
const SOURCE = {
  S3: { S3LocationUri: 's3://old/AWSLogs/', S3BucketRegion: 'us-east-1', S3BucketAccessRoleArn: ROLE },
};

const key = (day: string, unique: string, { folder = 'CloudTrail', minute = '1200' } = {}) =>
  `AWSLogs/${ACCOUNT}/${folder}/us-east-1/${day.replaceAll('-', '/')}/${ACCOUNT}_${folder}_us-east-1_${day.replaceAll('-', '')}T${minute}Z_${unique.padEnd(16, 'x')}.json.gz`;

/** A store whose files hold ids, one a line. */
function memoryStore() {
  const ids = new Set<string>();
  const control: { before?: () => Promise<void> | void; after?: () => Promise<void> | void } = {};
  const write = async ({ files, planned }: StoreBatch) => {
    await control.before?.();
    const outcomes = files.map(({ text }) => {
      const lines = Buffer.from(text).toString().split('\n').filter(Boolean);
      const good = lines.filter((line) => !line.startsWith('bad'));
      const fresh = good.filter((line) => !ids.has(line));
      return {
        fresh,
        added: fresh.length,
        outside: 0,
        problems: lines.length > good.length ? [{ offset: 0, reason: 'not a JSON object' }] : [],
      };
    });
    await planned?.(outcomes.reduce((sum, { added }) => sum + added, 0));
    for (const { fresh } of outcomes) for (const id of fresh) ids.add(id);
    await control.after?.();
    return outcomes;
  };
  return { ids, control, write };
}

let db: Awaited<ReturnType<typeof openSettings<ImportTables>>>;
let memory: ReturnType<typeof memoryBuckets>;
let store: ReturnType<typeof memoryStore>;
let imports: Imports;
let verdict: ReturnType<RolePort['checkServiceRole']>;
let now = 1_000_000;

const open = () =>
  createImports({
    settings: db.db,
    buckets: memory.port,
    roles: { checkServiceRole: () => verdict },
    stores: {
      target: async (name) => {
        if (name === STORE) return { arn: STORE };
        throw new AwsError('EventDataStoreNotFoundException', `no ${name}`);
      },
      write: store.write,
    },
    clock: { now: () => now++ },
    log: createLogger('silent'),
    retryFirst: 1,
  });

beforeEach(async () => {
  db = await openSettings<ImportTables>({ path: ':memory:', migrations: [importMigrations] });
  memory = memoryBuckets();
  store = memoryStore();
  verdict = 'allowed';
  imports = open();
});
afterEach(async () => {
  await imports.stop();
  await db.close();
});

const put = (at: string, ...lines: string[]) =>
  memory.port.put({ bucket: 'old', key: at, body: gzipSync(lines.join('\n')), contentType: 'x' });

const context = {
  accountId: ACCOUNT,
  region: 'us-east-1',
  authorize: () => undefined,
} as unknown as CallContext;

async function call(name: string, input: OperationInput) {
  const operation = imports.operations.find((one) => one.name === name);
  return (await operation?.handle(input, context))?.output as Record<string, unknown>;
}
const start = (input: OperationInput = { Destinations: [STORE], ImportSource: SOURCE }) =>
  call('StartImport', input).then(({ ImportId }) => ImportId as string);

async function ended(ImportId: string) {
  for (;;) {
    const found = await call('GetImport', { ImportId });
    if (!['INITIALIZING', 'IN_PROGRESS'].includes(found['ImportStatus'] as string)) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('an import into an event data store', () => {
  it('takes the files of trails, and tells folders, files and events', async () => {
    await put(key('2026-01-01', 'a'), '1', '2');
    await put(key('2026-01-01', 'b'), '2', '3');
    await put(key('2026-01-02', 'c'), '4');
    await put(key('2026-01-02', 'd', { folder: 'CloudTrail-Insight' }), 'insight');
    await put(key('2026-01-02', 'e', { folder: 'CloudTrail-Digest' }), 'digest');
    const id = await start();
    expect(await ended(id)).toMatchObject({
      ImportStatus: 'COMPLETED',
      Destinations: [STORE],
      ImportSource: SOURCE,
      ImportStatistics: { PrefixesFound: 2, PrefixesCompleted: 2, FilesCompleted: 3, FailedEntries: 0 },
    });
    expect([...store.ids].sort()).toEqual(['1', '2', '3', '4']);
    expect(await call('ListImports', {})).toMatchObject({
      Imports: [{ ImportId: id, ImportStatus: 'COMPLETED' }],
    });
    expect(await call('ListImportFailures', { ImportId: id })).toEqual({ Failures: [] });
  });

  it('takes what is named within the time that was asked for', async () => {
    await put(key('2026-01-01', 'a'), '1');
    await put(key('2026-01-02', 'b', { minute: '0800' }), '2');
    await put(key('2026-01-02', 'c', { minute: '2000' }), '3');
    await put(key('2026-01-03', 'd'), '4');
    const id = await start({
      Destinations: [STORE],
      ImportSource: SOURCE,
      StartEventTime: new Date('2026-01-02T00:00:00Z'),
      EndEventTime: new Date('2026-01-02T12:00:00Z'),
    });
    await ended(id);
    expect([...store.ids]).toEqual(['2']);
  });

  it('tells the files that fail, and takes them when it is retried', async () => {
    await put(key('2026-01-01', 'a'), '1', 'bad');
    await put(key('2026-01-01', 'c'), '2');
    const broken = { bucket: 'old', key: key('2026-01-01', 'b'), contentType: 'x' };
    await memory.port.put({ ...broken, body: gzipSync('3').subarray(0, 12) });
    const ImportId = await start();
    expect(await ended(ImportId)).toMatchObject({
      ImportStatus: 'FAILED',
      ImportStatistics: { FilesCompleted: 1, EventsCompleted: 2, FailedEntries: 2 },
    });
    expect(await call('ListImportFailures', { ImportId })).toMatchObject({
      Failures: [
        {
          Location: `s3://old/${key('2026-01-01', 'a')}`,
          Status: 'FAILED',
          ErrorMessage: 'byte 0: not a JSON object',
        },
        { Location: `s3://old/${broken.key}`, Status: 'FAILED', ErrorType: 'InvalidLogFile' },
      ],
    });
    await put(broken.key, '3');
    await put(key('2026-01-01', 'a'), '1');
    expect(await start({ ImportId })).toBe(ImportId);
    expect(await ended(ImportId)).toMatchObject({
      ImportStatus: 'COMPLETED',
      ImportStatistics: { FilesCompleted: 3, EventsCompleted: 3, FailedEntries: 0 },
    });
    const { Failures } = await call('ListImportFailures', { ImportId });
    expect((Failures as { Status: string }[]).map(({ Status }) => Status)).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
    expect((await errorOf(start({ ImportId })))?.code).toBe('InvalidParameterException');
  });

  it('goes on from where it was when it was stopped, and when the server was; each event is counted once', async () => {
    for (let day = 10; day < 30; day++) await put(key(`2026-01-${day}`, 'a'), `${day}`);
    const held = Promise.withResolvers<void>();
    store.control.before = () => held.promise;
    const ImportId = await start();
    expect((await errorOf(start()))?.code).toBe('AccountHasOngoingImportException');
    const stopping = call('StopImport', { ImportId });
    held.resolve();
    expect(await stopping).toMatchObject({ ImportStatus: 'STOPPED' });
    expect((await errorOf(call('StopImport', { ImportId })))?.code).toBe('InvalidParameterException');
    store.control.before = () => undefined;
    // Written, and never noted: as kill -9 leaves it.
    const killed = Promise.withResolvers<void>();
    store.control.after = () => {
      killed.resolve();
      return new Promise<void>(() => undefined);
    };
    await start({ ImportId });
    await Promise.race([killed.promise, ended(ImportId)]);
    store.control.after = () => undefined;
    imports = open();
    await imports.start();
    expect(await ended(ImportId)).toMatchObject({
      ImportStatus: 'COMPLETED',
      ImportStatistics: { PrefixesFound: 20, PrefixesCompleted: 20, FilesCompleted: 20, EventsCompleted: 20 },
    });
    expect(store.ids.size).toBe(20);
  });

  it('waits while the store cannot be written', async () => {
    await put(key('2026-01-01', 'a'), '1');
    let fails = 3;
    store.control.before = () => {
      if (fails-- > 0) throw new AwsError('ServiceUnavailable', 'away', { status: 503 });
    };
    expect(await ended(await start())).toMatchObject({ ImportStatus: 'COMPLETED' });
  });

  it.each([
    ['nothing', {}, 'InvalidParameterException'],
    ['two stores', { Destinations: [STORE, STORE], ImportSource: SOURCE }, 'InvalidParameterException'],
    ['an unknown store', { Destinations: ['x'], ImportSource: SOURCE }, 'EventDataStoreNotFoundException'],
    ['no source', { Destinations: [STORE] }, 'InvalidParameterException'],
    [
      'another URI',
      { Destinations: [STORE], ImportSource: { S3: { ...SOURCE.S3, S3LocationUri: 'https://x' } } },
      'InvalidImportSourceException',
    ],
    [
      'no role',
      { Destinations: [STORE], ImportSource: { S3: { ...SOURCE.S3, S3BucketAccessRoleArn: 'x' } } },
      'InvalidImportSourceException',
    ],
    [
      'no bucket',
      { Destinations: [STORE], ImportSource: { S3: { ...SOURCE.S3, S3LocationUri: 's3://no-such/' } } },
      'InvalidImportSourceException',
    ],
    ['an unknown import', { ImportId: '00000000-0000-0000-0000-000000000000' }, 'ImportNotFoundException'],
    [
      'an id and a store',
      { ImportId: '00000000-0000-0000-0000-000000000000', Destinations: [STORE] },
      'InvalidParameterException',
    ],
    [
      'an end before its start',
      {
        Destinations: [STORE],
        ImportSource: SOURCE,
        StartEventTime: new Date(2000),
        EndEventTime: new Date(1000),
      },
      'InvalidParameterException',
    ],
  ])('is not begun with %s', async (_what, input, code) => {
    expect((await errorOf(start(input)))?.code).toBe(code);
  });

  it('is not begun with a role that may not read', async () => {
    verdict = 'denied';
    expect((await errorOf(start()))?.code).toBe('InvalidImportSourceException');
  });
});

describe('the files of a location', () => {
  const time = { start_time: null, end_time: null };

  it.each([
    ['', key('2026-01-01', 'a'), true],
    ['', `my/${key('2026-01-01', 'a')}`, true],
    ['', key('2026-01-01', 'a').replace('AWSLogs/', 'AWSLogs/o-exampleorgid/'), true],
    ['', key('2026-01-01', 'a', { folder: 'CloudTrail-Insight' }), false],
    [
      `AWSLogs/${ACCOUNT}/CloudTrail-Insight/`,
      key('2026-01-01', 'a', { folder: 'CloudTrail-Insight' }),
      true,
    ],
    ['AWSLogs/', `AWSLogs/${ACCOUNT}/Config/us-east-1/2026/1/1/x.json.gz`, false],
    ['exported/', 'exported/2026/events.json.gz', true],
    ['', 'exported/2026/events.json.gz', false],
    ['exported/', 'exported/events.json', false],
  ])('of %j: %s', (prefix, at, wanted) => {
    expect(isWanted(at, { prefix, ...time })).toBe(wanted);
  });

  it('are not looked for in folders of other days', () => {
    const asked = {
      prefix: '',
      start_time: Date.parse('2026-01-02'),
      end_time: Date.parse('2026-01-02T23:00Z'),
    };
    expect(
      ['a/2026/01/01/', 'a/2026/01/02/', 'a/2026/01/03/', 'a/b/'].map((one) => mayHold(one, asked)),
    ).toEqual([false, true, false, true]);
  });

  it('are named by a bucket and a prefix', () => {
    expect(readLocation('s3://bucket/a/b/')).toEqual({ bucket: 'bucket', prefix: 'a/b/' });
    expect(readLocation('s3://bucket')).toEqual({ bucket: 'bucket', prefix: '' });
    expect(readLocation('http://bucket/')).toBeUndefined();
  });
});
