import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../aws/errors.ts';
import { runTrail } from '../delivery/run-trail.ts';
import { bucketSource } from '../verify/bucket-source.ts';
import { readPublicKeys } from '../verify/public-keys.ts';
import { verifyLogs } from '../verify/verify-logs.ts';
import { giveToOrganization, noteMembers, takeFromOrganization } from './memberships.ts';

const ORGANIZATION = 'o-exampleorg1';
const MEMBER = '111111111111';
const LATE = '222222222222';

let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({});
  await members(MEMBER);
  await setup.call('CreateTrail', {
    Name: 'all',
    S3BucketName: 'logs',
    IsMultiRegionTrail: true,
    EnableLogFileValidation: true,
  });
  await giveToOrganization(setup.settings, await trailId(), { organization: ORGANIZATION, from: 0 });
  await setup.call('StartLogging', { Name: 'all' });
});
afterEach(() => setup.close());

const members = (...accounts: string[]) =>
  noteMembers(
    setup.settings,
    { id: ORGANIZATION, managementAccount: ACCOUNT, accounts: [ACCOUNT, ...accounts], administrators: [] },
    setup.journal.newest,
  );

async function trailId(): Promise<string> {
  return (await setup.settings.selectFrom('trails').select('id').executeTakeFirstOrThrow()).id;
}

async function round(minutes = 5): Promise<string> {
  setup.time.now += minutes * 60_000;
  return runTrail(setup.deps, await trailId(), { files: true });
}

const happens = (text: string, account: string, region = 'us-east-1') =>
  setup.journal.add(recordJson({ account, region, text: `${text};`, at: setup.time.now }));

/** Which of the texts the files of a folder hold. */
function held(folder: string, texts: readonly string[]): string[] {
  const all = setup.memory.keys(folder).map((key) => setup.memory.text(key));
  return texts.filter((text) => all.some((file) => file?.includes(`"${text};"`)));
}

const logs = (account: string, organization = `${ORGANIZATION}/`) =>
  `AWSLogs/${organization}${account}/CloudTrail/`;
const digests = (account: string, organization = `${ORGANIZATION}/`) =>
  setup.memory
    .keys(`AWSLogs/${organization}${account}/CloudTrail-Digest/`)
    .map((key) => JSON.parse(setup.memory.text(key) ?? '') as Record<string, unknown>);

async function findings() {
  const { output } = await setup.call('ListPublicKeys', { StartTime: new Date(0) });
  const report = await verifyLogs({
    source: bucketSource(setup.memory.port, { bucket: 'logs', prefix: '' }),
    keys: readPublicKeys(output),
    now: setup.time.now,
  });
  return { findings: report.findings, valid: report.logFiles.valid };
}

describe('a trail of an organization', () => {
  it('has a folder and a chain for each account and region, and tells accounts of others nothing', async () => {
    happens('own', ACCOUNT);
    happens('theirs', MEMBER);
    happens('far', MEMBER, 'eu-west-1');
    happens('stranger', LATE);
    await round();
    await round(60);
    expect(setup.memory.keys(`${logs(MEMBER)}us-east-1/`)).toEqual([
      expect.stringMatching(
        /^AWSLogs\/o-exampleorg1\/111111111111\/CloudTrail\/us-east-1\/2026\/11\/21\/111111111111_CloudTrail_us-east-1_20261121T1005Z_[A-Za-z0-9]{16}\.json\.gz$/,
      ),
    ]);
    const texts = ['own', 'theirs', 'far', 'stranger'];
    expect(held(logs(ACCOUNT), texts)).toEqual(['own']);
    expect(held(`${logs(MEMBER)}us-east-1/`, texts)).toEqual(['theirs']);
    expect(held(`${logs(MEMBER)}eu-west-1/`, texts)).toEqual(['far']);
    expect(held('AWSLogs/', ['stranger'])).toEqual([]);
    expect(digests(MEMBER).map((digest) => digest['awsAccountId'])).toEqual([MEMBER, MEMBER]);
    expect(await findings()).toEqual({ findings: [], valid: 3 });
  });

  it('takes what accounts do from their joining to their leaving, and ends the chain of who left', async () => {
    happens('before', LATE);
    await members(MEMBER, LATE);
    happens('while', LATE);
    happens('last of member', MEMBER);
    await members(LATE);
    happens('after', MEMBER);
    await round();
    await round(1);
    const texts = ['before', 'while', 'last of member', 'after'];
    expect(held(logs(LATE), texts)).toEqual(['while']);
    expect(held(logs(MEMBER), texts)).toEqual(['last of member']);
    const chains = await setup.settings
      .selectFrom('trail_digest_chains')
      .select(['account', 'state'])
      .orderBy('account')
      .execute();
    expect(chains).toEqual([
      { account: MEMBER, state: 'ended' },
      { account: ACCOUNT, state: 'open' },
      { account: LATE, state: 'open' },
    ]);
    expect(digests(MEMBER).map(({ logFiles }) => (logFiles as unknown[]).length)).toEqual([1]);
    await round(60);
    expect(await findings()).toEqual({ findings: [], valid: 2 });
    await members(MEMBER, LATE);
    happens('back', MEMBER);
    await round();
    await round(60);
    expect(held(logs(MEMBER), ['after', 'back'])).toEqual(['back']);
    const restart = expect.objectContaining({ kind: 'chain-restart', severity: 'notice' }) as unknown;
    expect(await findings()).toEqual({ findings: [restart], valid: 3 });
  });

  it('names the last file of who left before any digest was due', async () => {
    happens('short', MEMBER);
    const refuse = setup.memory.control;
    refuse.refuse = (object) => (object.key.includes(MEMBER) ? new AwsError('SlowDown', 'no') : undefined);
    expect(await round()).toBe('failed');
    await members();
    refuse.refuse = undefined;
    await round();
    await round(1);
    await round(60);
    expect(held(logs(MEMBER), ['short'])).toEqual(['short']);
    expect(await findings()).toEqual({ findings: [], valid: 1 });
  });

  it('keeps to its own account again once it is taken from the organization', async () => {
    happens('org own', ACCOUNT);
    happens('org member', MEMBER);
    await takeFromOrganization(setup.settings, { id: await trailId() }, setup.journal.newest);
    happens('single own', ACCOUNT);
    happens('single member', MEMBER);
    await round();
    await round(1);
    await round(60);
    const texts = ['org own', 'org member', 'single own', 'single member'];
    expect(held(logs(ACCOUNT), texts)).toEqual(['org own']);
    expect(held(logs(MEMBER), texts)).toEqual(['org member']);
    expect(held(logs(ACCOUNT, ''), texts)).toEqual(['single own']);
    expect(await findings()).toEqual({ findings: [], valid: 3 });
  });
});

describe('StopLogging', () => {
  it('ends each chain once, also where one of them cannot be ended yet', async () => {
    happens('own', ACCOUNT);
    await round();
    const { eventId } = await setup.call('StopLogging', { Name: 'all' });
    setup.journal.add(recordJson({ id: eventId, at: setup.time.now }));
    setup.time.now += 60_000;
    const half = { ...setup.deps, clock: { now: () => setup.time.now + 500 } };
    expect(await runTrail(half, await trailId(), { files: true })).toBe('waiting');
    for (let n = 0; n < 4; n++) await round(0.1);
    expect(digests(MEMBER)).toHaveLength(1);
    expect(digests(ACCOUNT)).toHaveLength(1);
    expect(await findings()).toEqual({ findings: [], valid: 2 });
  });
});

describe('a delivery that is repeated', () => {
  it('writes the same files, whoever joined or left and whatever UpdateTrail said in between', async () => {
    happens('own', ACCOUNT);
    happens('theirs', MEMBER);
    happens('far', ACCOUNT, 'eu-west-1');
    const seen: string[] = [];
    const put = setup.memory.port.put;
    const dying = {
      ...setup.deps,
      buckets: {
        put: async (object: Parameters<typeof put>[0]) => {
          seen.push(`${object.bucket}/${object.key}`);
          await put(object);
          if (seen.length === 3) throw new AwsError('Death', 'after the last PUT');
        },
      },
    };
    setup.time.now += 300_000;
    expect(await runTrail(dying, await trailId(), { files: true })).toBe('failed');
    await members(LATE);
    happens('too late', MEMBER);
    await setup.call('UpdateTrail', {
      Name: 'all',
      S3BucketName: 'others',
      S3KeyPrefix: 'elsewhere',
      IsMultiRegionTrail: false,
    });
    await round(7);
    const all = [...setup.memory.objects.keys()].filter((key) => key.includes('/CloudTrail/'));
    expect(all.sort()).toEqual(seen.sort());
    expect(held('AWSLogs/', ['own', 'theirs', 'far', 'too late'])).toEqual(['own', 'theirs', 'far']);
    await round(1);
    await round(60);
    const named = setup.memory.keys('/CloudTrail-Digest/').flatMap((key) => {
      const { logFiles } = JSON.parse(setup.memory.text(key) ?? '') as { logFiles: NamedFile[] };
      return logFiles.map((file) => `${file.s3Bucket}/${file.s3Object}`);
    });
    expect(named.filter((file) => file.startsWith('logs/')).sort()).toEqual(seen.sort());
  });
});

type NamedFile = { readonly s3Bucket: string; readonly s3Object: string };
