import { afterEach, beforeEach, expect, it } from 'vitest';

import {
  ACCOUNT,
  callContext,
  errorOf,
  recordJson,
  trailSetup,
  type TrailSetup,
} from '../../../../test/kit/trail-setup.ts';
import { runTrail } from '../delivery/run-trail.ts';
import { deliveredFiles, noteFiles } from './delivered.ts';

let setup: TrailSetup;
let trailId: string;

beforeEach(async () => {
  setup = await trailSetup({});
  await setup.call('CreateTrail', {
    Name: 'all',
    S3BucketName: 'logs',
    S3KeyPrefix: 'pre/fix',
    IsMultiRegionTrail: true,
  });
  await setup.call('StartLogging', { Name: 'all' });
  trailId = (await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow()).id;
});
afterEach(() => setup.close());

async function deliver(region: string, records: number): Promise<void> {
  for (let n = 0; n < records; n++) setup.journal.add(recordJson({ at: setup.time.now, region }));
  await runTrail(setup.deps, trailId, { files: true });
  setup.time.now += 300_000;
}

const ask = async (members: Record<string, unknown>) => {
  const operation = setup.operations.find(({ name }) => name === 'GetTrailStatus');
  const answer = await operation?.handle(
    { Name: 'all' },
    callContext({ extensions: { DeliveredFiles: members } }),
  );
  return answer?.extensions as {
    DeliveredFiles: { S3Bucket: string; S3Object: string; Records: number }[];
    DeliveredFilesNextToken?: string;
  };
};

it('names every file that was delivered, with its records, as it is in the bucket', async () => {
  for (let n = 1; n <= 15; n++) await deliver(n % 3 === 0 ? 'eu-west-1' : 'us-east-1', n);
  const { DeliveredFiles: files, DeliveredFilesNextToken: next } = await ask({});
  expect(next).toBeUndefined();
  expect(files.map((file) => file.S3Object).sort()).toEqual(setup.memory.keys('/CloudTrail/').sort());
  for (const { S3Object, Records } of files)
    expect((JSON.parse(setup.memory.text(S3Object) ?? '') as { Records: unknown[] }).Records).toHaveLength(
      Records,
    );
});

it('answers of one region and range', async () => {
  for (let n = 0; n < 24; n++) await deliver(n < 12 ? 'us-east-1' : 'eu-west-1', 1);
  expect((await ask({ AwsRegion: 'eu-west-1' })).DeliveredFiles).toHaveLength(12);
  const second = Date.parse('2026-11-21T11:00:00Z') / 1000;
  expect((await ask({ StartTime: second })).DeliveredFiles).toHaveLength(12);
  expect((await ask({ EndTime: second - 1 })).DeliveredFiles).toHaveLength(12);
  expect((await ask({ AccountId: '210987654321' })).DeliveredFiles).toEqual([]);
});

it('is asked page by page, no hour twice and none left out', async () => {
  const key = (bucket: string, hour: number, kind = 'CloudTrail') => ({
    bucket,
    key: `AWSLogs/${ACCOUNT}/${kind}/us-east-1/2026/11/21/${ACCOUNT}_${kind}_us-east-1_20261121T${String(hour).padStart(2, '0')}05Z_${bucket}${hour}.json.gz`,
    records: hour,
  });
  const all = Array.from({ length: 20 }, (_, hour) => [
    key('one', hour),
    key('one', hour, 'CloudTrail-Aggregated'),
    key('two', hour),
  ]).flat();
  await noteFiles(setup.settings, trailId, all);
  const found = [];
  let after: Awaited<ReturnType<typeof deliveredFiles>>['next'];
  do {
    const page = await deliveredFiles(setup.settings, { trailId, from: 0, to: 1e12, after, limit: 5 });
    found.push(...page.files);
    after = page.next;
  } while (after !== undefined);
  expect(found).toEqual(all);
});

it.each([
  [{ StartTime: 'soon' }, 'DeliveredFiles.StartTime'],
  [{ AwsRegion: 1 }, 'DeliveredFiles.AwsRegion'],
  [{ NextToken: 'x' }, 'DeliveredFiles.NextToken'],
])('refuses %j by its name', async (members, name) => {
  const error = await errorOf(ask(members));
  expect(error).toMatchObject({ code: 'ValidationException' });
  expect(error?.message).toContain(name);
});
