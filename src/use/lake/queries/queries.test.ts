import { createVerify, createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import { afterEach, describe, expect, it } from 'vitest';

import { AccessDenied } from '../../../aws/errors.ts';
import { ACCOUNT, errorOf, HOME } from '../../../../test/kit/trail-setup.ts';
import { querySetup, STORE, testStore, type Setup } from '../../../../test/kit/lake-queries.ts';

type Opened = Awaited<ReturnType<Setup['open']>>;

const opened: Opened[] = [];
afterEach(async () => {
  for (const { queries } of opened.splice(0)) await queries.stop();
});

async function start(setup: Setup) {
  const parts = await setup.open();
  opened.push(parts);
  return { ...parts, call: setup.call(parts) };
}

async function prepared(...stores: Parameters<typeof testStore>[0][]) {
  const setup = await querySetup(stores.length === 0 ? undefined : stores.map((store) => testStore(store)));
  return { setup, ...(await start(setup)) };
}

const from = (what = '') => `SELECT * FROM ${STORE} -- ${what}`;

async function finished(
  { call, queries }: Awaited<ReturnType<typeof start>>,
  statement: string,
  input: Record<string, unknown> = {},
) {
  const { QueryId } = await call('StartQuery', { QueryStatement: statement, ...input });
  await queries.parts.runner.ended(QueryId);
  return QueryId;
}

describe('queries of event data stores', () => {
  it('run, and give their rows as lists of single entries, with their statistics', async () => {
    const { call, ...rest } = await prepared();
    const id = await finished({ call, ...rest }, from());
    expect(await call('GetQueryResults', { QueryId: id })).toEqual({
      QueryStatus: 'FINISHED',
      QueryStatistics: { ResultsCount: 3, TotalResultsCount: 3, BytesScanned: 50_000 },
      QueryResultRows: [
        [{ eventname: 'Event "0"' }, { n: '0' }],
        [{ eventname: '' }, { n: '1' }],
        [{ eventname: 'Event "2"' }, { n: '2' }],
      ],
      QueryResultColumns: [
        { Name: 'eventname', Type: 'varchar' },
        { Name: 'n', Type: 'bigint' },
      ],
      QueryResultNulls: [[], [0], []],
    });
    expect(await call('DescribeQuery', { QueryId: id })).toMatchObject({
      QueryId: id,
      QueryString: from(),
      QueryStatus: 'FINISHED',
      QueryStatistics: { EventsMatched: 3, EventsScanned: 1000, BytesScanned: 50_000 },
      EventDataStoreOwnerAccountId: ACCOUNT,
    });
  });

  it('page their results, and take no token of another query or of nobody', async () => {
    const { call, ...rest } = await prepared();
    const id = await finished({ call, ...rest }, from('ROWS 2500'));
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await call('GetQueryResults', { QueryId: id, MaxQueryResults: 700, NextToken: token });
      for (const row of page['QueryResultRows'] as { n?: string }[][]) seen.push(row[1]?.n ?? '');
      token = page['NextToken'] as string | undefined;
      if (seen.length === 700) {
        const other = await finished({ call, ...rest }, from('ROWS 2500'));
        for (const NextToken of [`${token?.slice(0, -2)}AA`, 'nonsense', 'x'.repeat(300)])
          expect(await errorOf(call('GetQueryResults', { QueryId: id, NextToken }))).toMatchObject({
            code: 'InvalidNextTokenException',
          });
        expect(await errorOf(call('GetQueryResults', { QueryId: other, NextToken: token }))).toMatchObject({
          code: 'InvalidNextTokenException',
        });
      }
    } while (token !== undefined);
    expect(seen).toEqual([...Array(2500).keys()].map(String));
  });

  it('are ten at once; the eleventh is refused until one is over', async () => {
    const { call, fake, queries } = await prepared();
    const ids: string[] = [];
    for (let n = 0; n < 10; n++)
      ids.push((await call('StartQuery', { QueryStatement: from('WAIT') })).QueryId);
    expect(await errorOf(call('StartQuery', { QueryStatement: from() }))).toMatchObject({
      code: 'MaxConcurrentQueriesException',
    });
    expect(await call('CancelQuery', { QueryId: ids[0] })).toEqual({
      QueryId: ids[0],
      QueryStatus: 'CANCELLED',
      EventDataStoreOwnerAccountId: ACCOUNT,
    });
    expect(await errorOf(call('CancelQuery', { QueryId: ids[0] }))).toMatchObject({
      code: 'InactiveQueryException',
    });
    await call('StartQuery', { QueryStatement: from() });
    fake.go();
    for (const id of ids) await queries.parts.runner.ended(id);
    const states = await Promise.all(ids.map((id) => call('DescribeQuery', { QueryId: id })));
    expect(states.map(({ QueryStatus }) => QueryStatus)).toEqual(['CANCELLED', ...Array(9).fill('FINISHED')]);
  });

  it('of other accounts wait for their turn when ten run', async () => {
    const other = '111122223333';
    const otherStore = '99999999-2222-3333-4444-555555555555';
    const { call, fake, queries } = await prepared({}, { id: otherStore, account: other });
    for (let n = 0; n < 10; n++) await call('StartQuery', { QueryStatement: from('WAIT') });
    const caller = { accountId: other };
    const { QueryId } = await call('StartQuery', { QueryStatement: `SELECT 1 FROM ${otherStore}` }, caller);
    expect(await call('DescribeQuery', { QueryId }, caller)).toMatchObject({ QueryStatus: 'QUEUED' });
    expect(await call('GetQueryResults', { QueryId }, caller)).toMatchObject({ QueryResultRows: [] });
    fake.go();
    await queries.parts.runner.ended(QueryId);
    expect(await call('DescribeQuery', { QueryId }, caller)).toMatchObject({ QueryStatus: 'FINISHED' });
  });

  it('that fail say why; of those that took too long what there is can be read', async () => {
    const { call, ...rest } = await prepared();
    const failed = await finished({ call, ...rest }, from('FAIL'));
    expect(await call('DescribeQuery', { QueryId: failed })).toMatchObject({
      QueryStatus: 'FAILED',
      ErrorMessage: 'Division by zero',
    });
    expect(await call('GetQueryResults', { QueryId: failed })).toMatchObject({ QueryResultRows: [] });
    const slow = await finished({ call, ...rest }, from('SLOW'));
    const { QueryStatus, QueryResultRows } = await call('GetQueryResults', { QueryId: slow });
    expect([QueryStatus, (QueryResultRows as unknown[]).length]).toEqual(['TIMED_OUT', 2]);
  });

  it('fail when all results together would take more than they may', async () => {
    const { call, ...rest } = await prepared();
    const id = await finished({ call, ...rest }, from('ROWS 900000'));
    const { QueryStatus, ErrorMessage } = await call('DescribeQuery', { QueryId: id });
    expect(QueryStatus).toBe('FAILED');
    expect(ErrorMessage).toMatch(/more than 1048576 bytes/);
    expect(
      (await call('DescribeQuery', { QueryId: await finished({ call, ...rest }, from()) }))['QueryStatus'],
    ).toBe('FINISHED');
  });

  it('that ran when the server ended say so; finished ones can still be read, for seven days', async () => {
    const { setup, ...first } = await prepared();
    const done = await finished(first, from());
    const { QueryId: lost } = await first.call('StartQuery', { QueryStatement: from('WAIT') });
    const second = await start(setup);
    expect(await second.call('DescribeQuery', { QueryId: lost })).toMatchObject({
      QueryStatus: 'FAILED',
      ErrorMessage: expect.stringContaining('server ended') as string,
    });
    const read = async () => (await second.call('GetQueryResults', { QueryId: done }))['QueryResultRows'];
    expect(await read()).toHaveLength(3);
    setup.time.now += 8 * 86_400_000;
    const third = await start(setup);
    await expect
      .poll(async () => (await errorOf(third.call('GetQueryResults', { QueryId: done })))?.code)
      .toBe('QueryIdNotFoundException');
  });

  it('are listed by store, newest first, by state and time, in pages', async () => {
    const { setup, call, ...rest } = await prepared();
    const ids: string[] = [];
    for (const what of ['', 'FAIL', '', '']) {
      ids.unshift(await finished({ call, ...rest }, from(what)));
      setup.time.now += 60_000;
    }
    const list = async (input: Record<string, unknown>) =>
      (await call('ListQueries', { EventDataStore: STORE, ...input })) as {
        Queries?: { QueryId: string; QueryStatus: string }[];
        NextToken?: string;
      };
    const all = await list({});
    expect(all.Queries?.map(({ QueryId }) => QueryId)).toEqual(ids);
    const first = await list({ MaxResults: 3 });
    const last = await list({ MaxResults: 3, NextToken: first.NextToken });
    expect([...(first.Queries ?? []), ...(last.Queries ?? [])].map(({ QueryId }) => QueryId)).toEqual(ids);
    expect(last.NextToken).toBeUndefined();
    expect((await list({ QueryStatus: 'FAILED' })).Queries).toHaveLength(1);
    expect((await list({ StartTime: new Date(setup.time.now - 130_000) })).Queries).toHaveLength(2);
    for (const [input, code] of [
      [{ QueryStatus: 'DONE' }, 'InvalidQueryStatusException'],
      [{ MaxResults: 1001 }, 'InvalidMaxResultsException'],
      [{ StartTime: new Date(5000), EndTime: new Date(1000) }, 'InvalidDateRangeException'],
      [{ NextToken: first.NextToken, QueryStatus: 'FAILED' }, 'InvalidNextTokenException'],
    ] as const)
      expect(await errorOf(list(input))).toMatchObject({ code });
  });
});

describe('who may query what', () => {
  const OTHER = '111122223333';
  const deny = {
    authorize: (action: string, arn: string) => {
      throw new AccessDenied('me', action, arn);
    },
  };

  it('is asked of the policies with the ARN of each store, at each step', async () => {
    const { call, queries } = await prepared();
    const asked: string[][] = [];
    const note = { authorize: (action: string, arn: string) => void asked.push([action, arn]) };
    const { QueryId } = await call('StartQuery', { QueryStatement: from() }, note);
    await queries.parts.runner.ended(QueryId);
    await call('DescribeQuery', { QueryId }, note);
    await call('GetQueryResults', { QueryId }, note);
    await call('ListQueries', { EventDataStore: STORE }, note);
    expect(asked).toEqual(
      ['StartQuery', 'DescribeQuery', 'GetQueryResults', 'ListQueries'].map((name) => [
        `cloudtrail:${name}`,
        testStore().arn,
      ]),
    );
    for (const [name, input] of [
      ['StartQuery', { QueryStatement: from() }],
      ['DescribeQuery', { QueryId }],
      ['GetQueryResults', { QueryId }],
      ['CancelQuery', { QueryId }],
      ['ListQueries', { EventDataStore: STORE }],
      ['GenerateQuery', { EventDataStores: [STORE], Prompt: 'who was it' }],
      ['DescribeQuery', { QueryId: '00000000-0000-0000-0000-000000000000' }],
      ['StartQuery', { QueryStatement: 'SELECT 1 FROM 00000000-0000-0000-0000-000000000000' }],
    ] as const)
      expect(await errorOf(call(name, input, deny))).toBeInstanceOf(AccessDenied);
  });

  it('is nobody of another account, who sees neither the store nor the query', async () => {
    const { call, queries } = await prepared();
    const { QueryId } = await call('StartQuery', { QueryStatement: from() });
    await queries.parts.runner.ended(QueryId);
    const other = { accountId: OTHER };
    expect(await errorOf(call('StartQuery', { QueryStatement: from() }, other))).toMatchObject({
      code: 'EventDataStoreNotFoundException',
    });
    for (const name of ['DescribeQuery', 'GetQueryResults', 'CancelQuery'])
      expect(await errorOf(call(name, { QueryId }, other))).toMatchObject({
        code: 'QueryIdNotFoundException',
      });
    expect(await errorOf(call('DescribeQuery', { QueryId }, { region: 'eu-west-1' }))).toMatchObject({
      code: 'QueryIdNotFoundException',
    });
  });

  it('is another account that names the owner, when both sides allow it', async () => {
    const policy = { Statement: [] };
    const { call, queries } = await prepared({ policy });
    const asked: unknown[] = [];
    const other = {
      accountId: OTHER,
      authorize: (_action: string, _arn: string, rules: unknown) => void asked.push(rules),
    };
    const input = { QueryStatement: from(), EventDataStoreOwnerAccountId: ACCOUNT };
    const { QueryId } = await call('StartQuery', input, other);
    await queries.parts.runner.ended(QueryId);
    expect(await call('GetQueryResults', { QueryId }, other)).toMatchObject({ QueryStatus: 'FINISHED' });
    expect(asked).toEqual(Array(2).fill({ resourcePolicy: policy, resourceAccount: ACCOUNT }));
    const mine = await call('ListQueries', { EventDataStore: testStore().arn }, other);
    expect(mine['Queries']).toHaveLength(1);
  });

  it("is the administrator of CloudTrail for the owner's organization", async () => {
    const { setup, call } = await prepared();
    setup.administrators.add(OTHER);
    const { QueryId } = await call('StartQuery', { QueryStatement: from() }, { accountId: OTHER });
    setup.administrators.delete(OTHER);
    expect(await errorOf(call('GetQueryResults', { QueryId }, { accountId: OTHER, ...deny }))).toBeInstanceOf(
      AccessDenied,
    );
  });

  it('is nobody while the store is to be deleted, or its key is closed to CloudTrail', async () => {
    const closed = '22222222-2222-3333-4444-555555555555';
    const key = `arn:aws:kms:${HOME}:${ACCOUNT}:key/closed`;
    const { call } = await prepared({ active: false }, { id: closed, kmsKey: key });
    expect(await errorOf(call('StartQuery', { QueryStatement: from() }))).toMatchObject({
      code: 'InactiveEventDataStoreException',
    });
    expect(await errorOf(call('StartQuery', { QueryStatement: `SELECT 1 FROM ${closed}` }))).toMatchObject({
      code: 'InsufficientEncryptionPolicyException',
    });
  });
});

describe('results in S3', () => {
  const folder = (id: string) => `mine/AWSLogs/${ACCOUNT}/CloudTrail-Lake/Query/2026/12/02/${id}/`;
  const DeliveryS3Uri = 's3://results/mine/';

  async function delivered(setup: Setup, parts: Awaited<ReturnType<typeof start>>) {
    const id = await finished(parts, from(), { DeliveryS3Uri });
    const status = async () => (await parts.call('DescribeQuery', { QueryId: id }))['DeliveryStatus'];
    await expect.poll(status).not.toBe('PENDING');
    return { id, status: await status() };
  }

  it('are gzipped CSV with a signed list of their hashes', async () => {
    const { setup, ...parts } = await prepared();
    const { id, status } = await delivered(setup, parts);
    expect(status).toBe('SUCCESS');
    const file = setup.buckets.objects.get(`results/${folder(id)}result_1.csv.gz`);
    expect(gunzipSync(file?.body ?? '').toString()).toBe(
      '"eventname","n"\r\n"Event ""0""","0"\r\n,"1"\r\n"Event ""2""","2"\r\n',
    );
    expect(file?.source).toEqual({ arn: testStore().arn, accountId: ACCOUNT });
    const sign = JSON.parse(
      Buffer.from(setup.buckets.objects.get(`results/${folder(id)}result_sign.json`)?.body ?? '').toString(),
    ) as { files: { fileHashValue: string; fileName: string }[]; hashSignature: string };
    const hash = createHash('sha256')
      .update(file?.body ?? '')
      .digest('hex');
    expect(sign).toMatchObject({
      version: '1.0',
      region: HOME,
      files: [{ fileHashValue: hash, fileName: 'result_1.csv.gz' }],
      hashAlgorithm: 'SHA-256',
      signatureAlgorithm: 'SHA256withRSA',
      queryCompleteTime: '2026-12-02T10:00:00Z',
      publicKeyFingerprint: 'f00d',
    });
    const verify = createVerify('RSA-SHA256').update(hash);
    expect(verify.verify(setup.publicKey, sign.hashSignature, 'hex')).toBe(true);
  });

  it('that S3 refuses leave a word of why', async () => {
    const { setup, ...parts } = await prepared();
    const { AwsError } = await import('../../../aws/errors.ts');
    const denied = new AwsError('AccessDenied', 'Access Denied', { status: 403 });
    setup.buckets.control.refuse = () => denied;
    expect((await delivered(setup, parts)).status).toBe('ACCESS_DENIED');
    setup.buckets.control.refuse = ({ key }) => (key.endsWith('.json') ? denied : undefined);
    expect((await delivered(setup, parts)).status).toBe('ACCESS_DENIED_SIGNING_FILE');
    setup.buckets.control.refuse = () => new AwsError('NoSuchBucket', 'gone', { status: 404 });
    expect((await delivered(setup, parts)).status).toBe('RESOURCE_NOT_FOUND');
  });

  it('are refused beforehand for a bucket that is not there or not open, and for what is no bucket', async () => {
    const { call } = await prepared();
    for (const [uri, code] of [
      ['s3://no-such-bucket', 'S3BucketDoesNotExistException'],
      ['s3://closed-bucket/x', 'InsufficientS3BucketPolicyException'],
      ['s3://UPPER', 'InvalidS3BucketNameException'],
      ['http://bucket', 'InvalidS3BucketNameException'],
      ['s3://results/a/../b', 'InvalidS3PrefixException'],
      [`s3://results/${'x'.repeat(201)}`, 'InvalidS3PrefixException'],
    ] as const)
      expect(await errorOf(call('StartQuery', { QueryStatement: from(), DeliveryS3Uri: uri }))).toMatchObject(
        {
          code,
        },
      );
  });
});

describe('wrong input', () => {
  const id = '00000000-0000-0000-0000-000000000000';
  it.each([
    ['StartQuery', {}, 'InvalidParameterException'],
    ['StartQuery', { QueryStatement: '' }, 'InvalidParameterException'],
    ['StartQuery', { QueryStatement: 'x'.repeat(10_001) }, 'InvalidParameterException'],
    ['StartQuery', { QueryStatement: from(), QueryAlias: 'a' }, 'InvalidParameterException'],
    ['StartQuery', { QueryStatement: from(), QueryParameters: ['a'] }, 'InvalidParameterException'],
    ['StartQuery', { QueryAlias: 'unknown' }, 'InvalidParameterException'],
    ['StartQuery', { QueryStatement: 'DROP TABLE x' }, 'InvalidQueryStatementException'],
    ['StartQuery', { QueryStatement: 'SELECT 1' }, 'InvalidQueryStatementException'],
    ['StartQuery', { QueryStatement: `SELECT 1 FROM ${id}` }, 'EventDataStoreNotFoundException'],
    ['StartQuery', { QueryStatement: 'SELECT 1 FROM system.users' }, 'EventDataStoreNotFoundException'],
    ['DescribeQuery', {}, 'InvalidParameterException'],
    ['DescribeQuery', { QueryId: 'x' }, 'InvalidParameterException'],
    ['DescribeQuery', { QueryId: id }, 'QueryIdNotFoundException'],
    ['DescribeQuery', { QueryId: id, RefreshId: '1234567890' }, 'InvalidParameterException'],
    ['GetQueryResults', { QueryId: id }, 'QueryIdNotFoundException'],
    ['GetQueryResults', { QueryId: id, MaxQueryResults: 0 }, 'InvalidMaxResultsException'],
    ['CancelQuery', { QueryId: id }, 'QueryIdNotFoundException'],
    ['ListQueries', { EventDataStore: 'arn:aws:s3:::x' }, 'EventDataStoreARNInvalidException'],
    ['ListQueries', { EventDataStore: id }, 'EventDataStoreNotFoundException'],
    ['GenerateQuery', { EventDataStores: [STORE], Prompt: 'who' }, 'GenerateResponseException'],
    ['GenerateQuery', { EventDataStores: [STORE], Prompt: 'é' }, 'InvalidParameterException'],
    ['SearchSampleQueries', { SearchPhrase: '' }, 'InvalidParameterException'],
    ['SearchSampleQueries', { SearchPhrase: 'ab', MaxResults: 51 }, 'InvalidParameterException'],
  ])('of %s (%#) is answered with the error of the API', async (name, input, code) => {
    const { call } = await prepared();
    expect(await errorOf(call(name, input))).toMatchObject({ code });
  });
});
