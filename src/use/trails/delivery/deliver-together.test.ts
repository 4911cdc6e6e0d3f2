import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { memoryBuckets, recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import { createJointDelivery, type DeliverLogFiles } from './deliver-together.ts';
import { runTrail } from './run-trail.ts';

let setup: TrailSetup;
let deliver: DeliverLogFiles;
const memory = memoryBuckets();
/** Buckets whose PUTs wait until they are let go. */
const hanging = new Map<string, Promise<void>>();
/** Milliseconds that a PUT into a bucket takes. */
const slow = new Map<string, number>();

beforeEach(async () => {
  memory.objects.clear();
  memory.control.refuse = undefined;
  hanging.clear();
  slow.clear();
  const put: typeof memory.port.put = async (object) => {
    await hanging.get(object.bucket);
    await sleep(slow.get(object.bucket) ?? 0);
    return memory.port.put(object);
  };
  setup = await trailSetup({ quotaTrails: 100, buckets: { ...memory.port, put } });
  deliver = createJointDelivery({ ...setup.deps, patience: 50, heldBytes: 20_000 });
});
afterEach(() => setup.close());

const WRITES = [{ ReadWriteType: 'WriteOnly' }];
const noKms = [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }];

async function make(name: string, selectors?: object[], options: object = {}): Promise<void> {
  await setup.call('CreateTrail', { Name: name, S3BucketName: `bucket-${name}`, ...options });
  if (selectors !== undefined)
    await setup.call('PutEventSelectors', { TrailName: name, EventSelectors: selectors });
  await setup.call('StartLogging', { Name: name });
}

const ids = async (): Promise<readonly string[]> =>
  (await setup.settings.selectFrom('trails').select('id').orderBy('created_at').execute()).map(
    ({ id }) => id,
  );
const round = async () =>
  Promise.all((await ids()).map((id) => runTrail({ ...setup.deps, deliver }, id, { files: true })));

/** `text`s of the bucket's records, in order. */
const texts = (name: string): string[] =>
  [...memory.objects.values()]
    .filter(({ bucket, key }) => bucket === `bucket-${name}` && key.includes('/CloudTrail/'))
    .flatMap(({ body }) => {
      const { Records } = JSON.parse(gunzipSync(body).toString()) as {
        Records: { requestParameters: { text: string } }[];
      };
      return Records.map(({ requestParameters }) => requestParameters.text);
    });
const bodies = (name: string) =>
  [...memory.objects.values()]
    .filter(({ bucket, key }) => bucket === `bucket-${name}` && key.includes('/CloudTrail/'))
    .map(({ body }) => body);
const all = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

describe('trails that are due together', () => {
  it('get what each of them selects, and equal files are made once', async () => {
    await make('one');
    await make('two');
    await make('writes', WRITES);
    await make('home', undefined, { IncludeGlobalServiceEvents: false });
    await make('everywhere', undefined, { IsMultiRegionTrail: true });
    await make('no-kms', noKms);
    for (const text of all(300)) {
      const source = Number(text) % 3 === 0 ? 'kms.amazonaws.com' : 'ec2.amazonaws.com';
      setup.journal.add(
        recordJson({ text, source, region: Number(text) % 5 === 0 ? 'eu-west-1' : 'us-east-1' }),
      );
    }
    expect(new Set(await round())).toEqual(new Set(['settled']));
    const here = all(300).filter((text) => Number(text) % 5 !== 0);
    for (const name of ['one', 'two', 'writes', 'home']) expect(texts(name)).toEqual(here);
    expect(texts('everywhere').sort()).toEqual(all(300).sort());
    expect(texts('no-kms')).toEqual(here.filter((text) => Number(text) % 3 !== 0));
    const files = bodies('one');
    expect(files).not.toEqual([]);
    for (const name of ['two', 'writes', 'home', 'everywhere'])
      expect(files.every((file) => bodies(name).includes(file))).toBe(true);
    expect(bodies('no-kms').some((body) => files.includes(body))).toBe(false);
  });

  it('begin where each of them stands, and end with its StopLogging', async () => {
    await make('first');
    for (const text of ['0', '1']) setup.journal.add(recordJson({ text }));
    await make('second');
    setup.journal.add(recordJson({ text: '2' }));
    const { eventId } = await setup.call('StopLogging', { Name: 'first' });
    setup.journal.add(recordJson({ text: 'stop', id: eventId }));
    setup.journal.add(recordJson({ text: '3' }));
    await round();
    expect(texts('first')).toEqual(['0', '1', '2', 'stop']);
    expect(texts('second')).toEqual(['2', 'stop', '3']);
  });

  it('do not wait for one whose bucket hangs, nor fail with one whose bucket refuses', async () => {
    for (const name of ['good', 'hangs', 'refuses']) await make(name);
    for (let n = 0; n < 2000; n++) setup.journal.add(recordJson({ text: `${n}` }));
    let letGo = (): void => undefined;
    hanging.set('bucket-hangs', new Promise((resolve) => (letGo = resolve)));
    memory.control.refuse = ({ bucket }) =>
      bucket === 'bucket-refuses' ? new AwsError('AccessDenied', 'no', { status: 403 }) : undefined;
    const [good = '', hangs = '', refuses = ''] = await ids();
    const run = (id: string) => runTrail({ ...setup.deps, deliver }, id, { files: true });
    const rounds = { good: run(good), hangs: run(hangs), refuses: run(refuses) };
    expect(await rounds.good).toBe('settled');
    expect(texts('good')).toEqual(all(2000));
    expect(await rounds.refuses).toBe('failed');
    letGo();
    expect(await rounds.hangs).toBe('settled');
    expect(texts('hangs')).toEqual(texts('good'));
    memory.control.refuse = undefined;
    expect(await run(refuses)).toBe('settled');
    expect(texts('refuses')).toEqual(texts('good'));
  }, 60_000);

  it('wait for each other in a bucket that takes one file after the other, so that equal files are still made once', async () => {
    const crowd = Array.from({ length: 24 }, (_, n) => `crowd-${n}`);
    for (const name of crowd)
      await make(name, undefined, { S3BucketName: 'bucket-crowd', S3KeyPrefix: name });
    deliver = createJointDelivery({ ...setup.deps, patience: 500, heldBytes: 20_000 });
    slow.set('bucket-crowd', 120);
    for (let n = 0; n < 1600; n++) setup.journal.add(recordJson({ text: `${n}` }));
    expect(new Set(await round())).toEqual(new Set(['settled']));
    const files = [...memory.objects.values()].filter(({ key }) => key.includes('/CloudTrail/'));
    expect(files.length).toBeGreaterThan(crowd.length);
    expect(new Set(files.map(({ body }) => body)).size).toBe(files.length / crowd.length);
  }, 60_000);

  it('each have every event once, whatever fails on the way', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `trail-${n}`);
    for (const [n, name] of names.entries()) await make(name, n % 3 === 0 ? noKms : undefined);
    let count = 0;
    let seed = 7;
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
    memory.control.refuse = () =>
      random() < 0.3 ? new AwsError('SlowDown', 'no', { status: 503 }) : undefined;
    for (let n = 0; n < 10; n++) {
      for (let m = 0; m < 20; m++) setup.journal.add(recordJson({ text: `${count++}` }));
      setup.time.now += 60_000;
      await round();
    }
    memory.control.refuse = undefined;
    expect(new Set(await round())).toEqual(new Set(['settled']));
    for (const name of names) expect(texts(name)).toEqual(all(count));
  }, 60_000);

  it('take former selectors for what was recorded under them', async () => {
    await make('kept');
    await make('changed');
    setup.journal.add(recordJson({ text: '0', source: 'kms.amazonaws.com' }));
    await setup.call('PutEventSelectors', { TrailName: 'changed', EventSelectors: noKms });
    setup.journal.add(recordJson({ text: '1', source: 'kms.amazonaws.com' }));
    await round();
    expect(texts('kept')).toEqual(['0', '1']);
    expect(texts('changed')).toEqual(['0']);
    setup.journal.add(recordJson({ text: '2', source: 'kms.amazonaws.com' }));
    await round();
    expect(texts('kept')).toEqual(['0', '1', '2']);
    expect(texts('changed')).toEqual(['0']);
  });
});
