import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { memoryLogEvents } from '../../../test/kit/memory-log-events.ts';
import { ACCOUNT, callContext, errorOf } from '../../../test/kit/trail-setup.ts';
import { AwsError } from '../../aws/errors.ts';
import type { CallContext, Operation } from '../../aws/operation.ts';
import { OpentrailError } from '../../base/errors.ts';
import { newEventId } from '../../base/ids.ts';
import { createLogger } from '../../base/log.ts';
import type { LogEventStore } from '../../store/contract.ts';
import { openSettings } from '../../store/settings/open-settings.ts';
import { createLogs, type Logs } from './create-logs.ts';
import { expireOnce } from './expire.ts';
import { logFilterMigrations } from './filters/settings.ts';
import { logMigrations, type LogTables } from './settings.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GROUP = { logGroupName: 'app' };
const STREAM = { ...GROUP, logStreamName: 's' };

type Output = Record<string, unknown> & {
  readonly events: { readonly timestamp: number; readonly message: string; readonly eventId: string }[];
  readonly logGroups: Record<string, unknown>[];
  readonly logStreams: Record<string, unknown>[];
};

let now = NOW;
let opened: Awaited<ReturnType<typeof openSettings<LogTables>>>;
let memory: ReturnType<typeof memoryLogEvents>;
let logs: Logs;

beforeEach(async () => {
  now = NOW;
  opened = await openSettings<LogTables>({
    path: ':memory:',
    migrations: [logMigrations, logFilterMigrations],
  });
  memory = memoryLogEvents();
  logs = open(memory.store);
});
afterEach(() => opened.close());

function open(events: LogEventStore): Logs {
  return createLogs({
    settings: opened.db,
    events,
    clock: { now: () => now },
    newId: newEventId,
    log: createLogger('silent'),
  });
}

function operation(name: string): Operation {
  const found = logs.operations.find((one) => one.name === name);
  if (found === undefined) throw new OpentrailError('BUG', `no operation ${name}`);
  return found;
}

async function call(name: string, input: object = {}, caller: Partial<CallContext> = {}): Promise<Output> {
  const { output } = await operation(name).handle({ ...input }, callContext({ now, ...caller }));
  return (output ?? {}) as Output;
}

async function makeStream(): Promise<void> {
  await call('CreateLogGroup', GROUP);
  await call('CreateLogStream', STREAM);
}

const put = (logEvents: readonly object[], to: object = STREAM) => call('PutLogEvents', { ...to, logEvents });
const event = (message: string, timestamp = NOW) => ({ timestamp, message });
const messages = ({ events }: Output) => events.map(({ message }) => message);

describe('log groups and streams', () => {
  it('are made, described and deleted, each account and region for itself', async () => {
    await call('CreateLogGroup', { ...GROUP, logGroupClass: 'INFREQUENT_ACCESS', tags: { team: 'a' } });
    expect(await errorOf(call('CreateLogGroup', GROUP))).toMatchObject({
      code: 'ResourceAlreadyExistsException',
      message: 'The specified log group already exists',
    });
    await call('CreateLogGroup', GROUP, { region: 'eu-west-1' });
    await call('CreateLogGroup', GROUP, { accountId: '111111111111' });
    const arn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:app`;
    expect((await call('DescribeLogGroups')).logGroups).toEqual([
      {
        logGroupName: 'app',
        creationTime: NOW,
        metricFilterCount: 0,
        arn: `${arn}:*`,
        logGroupArn: arn,
        storedBytes: 0,
        logGroupClass: 'INFREQUENT_ACCESS',
      },
    ]);
    expect(await call('ListTagsForResource', { resourceArn: arn })).toEqual({ tags: { team: 'a' } });
    await call('TagResource', { resourceArn: arn, tags: { team: 'b', more: '1' } });
    await call('UntagResource', { resourceArn: arn, tagKeys: ['more'] });
    expect(await call('ListTagsLogGroup', GROUP)).toEqual({ tags: { team: 'b' } });
    await call('DeleteLogGroup', GROUP);
    expect((await call('DescribeLogGroups')).logGroups).toEqual([]);
    expect(await errorOf(call('DeleteLogGroup', GROUP))).toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
    expect((await call('DescribeLogGroups', {}, { region: 'eu-west-1' })).logGroups).toHaveLength(1);
  });

  it('are listed page by page, by name or by their last event', async () => {
    await call('CreateLogGroup', GROUP);
    for (const name of ['b', 'a', 'd', 'c']) await call('CreateLogStream', { ...GROUP, logStreamName: name });
    await put([event('early', NOW - HOUR)], { ...GROUP, logStreamName: 'c' });
    await put([event('late')], { ...GROUP, logStreamName: 'a' });
    const pages = async (input: object) => {
      const names: unknown[] = [];
      let nextToken: unknown;
      do {
        const page = await call('DescribeLogStreams', { ...GROUP, limit: 3, nextToken, ...input });
        names.push(...page.logStreams.map(({ logStreamName }) => logStreamName));
        nextToken = page['nextToken'];
      } while (nextToken !== undefined);
      return names.join('');
    };
    expect(await pages({})).toBe('abcd');
    expect(await pages({ descending: true })).toBe('dcba');
    expect(await pages({ orderBy: 'LastEventTime', descending: true })).toBe('acdb');
    expect(await pages({ logStreamNamePrefix: 'b' })).toBe('b');
    expect(await errorOf(pages({ orderBy: 'LastEventTime', logStreamNamePrefix: 'b' }))).toMatchObject({
      message: 'Cannot order by LastEventTime with a logStreamNamePrefix.',
    });
    const { logStreams } = await call('DescribeLogStreams', { ...GROUP, logStreamNamePrefix: 'c' });
    expect(logStreams).toMatchObject([
      { firstEventTimestamp: NOW - HOUR, lastEventTimestamp: NOW - HOUR, lastIngestionTime: NOW },
    ]);
  });

  it.each([
    ['CreateLogGroup', { logGroupName: 'a b' }, "at 'logGroupName' failed to satisfy constraint"],
    ['CreateLogGroup', { logGroupName: 'aws/x' }, 'Log groups starting with AWS/ are reserved for AWS.'],
    ['CreateLogGroup', { logGroupName: 'x', kmsKeyId: 'k' }, 'kmsKeyId'],
    ['CreateLogGroup', { logGroupName: 'x', tags: { 'aws:x': '' } }, 'Invalid tag key: "aws:x"'],
    ['CreateLogStream', { logGroupName: 'x', logStreamName: 'a:b' }, "at 'logStreamName'"],
    ['PutRetentionPolicy', { logGroupName: 'x', retentionInDays: 2 }, 'enum value set: [1, 3, 5'],
    ['GetLogEvents', { logStreamName: 's' }, 'Either logGroupName or logGroupIdentifier'],
    ['DescribeLogGroups', { nextToken: '!' }, 'The specified nextToken is invalid.'],
    ['DescribeLogGroups', { logGroupNamePrefix: 'a', logGroupNamePattern: 'b' }, 'mutually exclusive'],
    ['FilterLogEvents', { logGroupName: 'x', filterPattern: '{ $.a }' }, 'Invalid filter pattern'],
  ])('%s refuses %j', async (name, input, text) => {
    const error = await errorOf(call(name, input));
    expect(error).toMatchObject({ code: 'InvalidParameterException' });
    expect(error?.message).toContain(text);
  });

  it('are what policies are asked about', () => {
    const asked = (name: string, input: object) =>
      operation(name).resources?.({ ...input }, callContext({}))[0];
    const arn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group`;
    expect(asked('PutLogEvents', STREAM)).toBe(`${arn}:app:log-stream:s`);
    expect(asked('FilterLogEvents', GROUP)).toBe(`${arn}:app:log-stream:`);
    expect(
      asked('FilterLogEvents', { logGroupIdentifier: 'arn:aws:logs:eu-west-1:111111111111:log-group:b' }),
    ).toBe('arn:aws:logs:eu-west-1:111111111111:log-group:b:log-stream:');
    expect(asked('DescribeLogGroups', {})).toBe(`${arn}::log-stream:`);
    expect(asked('TagResource', { resourceArn: `${arn}:app` })).toBe(`${arn}:app`);
  });
});

describe('PutLogEvents', () => {
  beforeEach(makeStream);

  it.each([
    ['no event', () => [], 'length greater than or equal to 1'],
    ['too many', () => Array.from({ length: 10_001 }, () => event('x')), 'less than or equal to 10000'],
    ['an empty message', () => [event('')], "at 'logEvents.1.member.message'"],
    ['a strange time', () => [event('x', -1)], "at 'logEvents.1.member.timestamp'"],
    [
      'disorder',
      () => [event('x'), event('y', NOW - 1)],
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    [
      'more than a day',
      () => [event('x', NOW - DAY - 1), event('y')],
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    ],
    [
      'a long event',
      () => [event('x'.repeat(262_144 - 25))],
      'Log event too large: 262145 bytes exceeds limit of 262144',
    ],
    [
      'a megabyte and one',
      () => [
        ...Array.from({ length: 3 }, () => event('ä'.repeat(131_000))),
        event('x'.repeat(262_144 - 26)),
        event('x'.repeat(353)),
      ],
      'Upload too large: 1048601 bytes exceeds limit of 1048576',
    ],
  ])('refuses %s', async (_, events, message) => {
    const error = await errorOf(put(events()));
    expect(error).toMatchObject({ code: 'InvalidParameterException' });
    expect(error?.message).toContain(message);
    expect(memory.count()).toBe(0);
  });

  it('leaves out what is too old or too new, and says which', async () => {
    const old = await put([event('old', NOW - 14 * DAY - 1), event('new', NOW - 14 * DAY)]);
    expect(old['rejectedLogEventsInfo']).toEqual({ tooOldLogEventEndIndex: 1 });
    const early = await put([event('now', NOW + 2 * HOUR), event('ahead', NOW + 2 * HOUR + 1)]);
    expect(early['rejectedLogEventsInfo']).toEqual({ tooNewLogEventStartIndex: 1 });
    await call('PutRetentionPolicy', { ...GROUP, retentionInDays: 1 });
    const expired = await put([event('expired', NOW - DAY - 1), event('kept', NOW - DAY)]);
    expect(expired['rejectedLogEventsInfo']).toEqual({ expiredLogEventEndIndex: 1 });
    expect(expired['nextSequenceToken']).toMatch(/^49\d{54}$/);
    expect(messages(await call('FilterLogEvents', GROUP))).toEqual(['kept', 'now']);
  });

  it('needs its stream', async () => {
    expect(await errorOf(put([event('x')], { ...GROUP, logStreamName: 'none' }))).toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
  });

  it('says that it is to be tried again while the engine does not answer', async () => {
    const append = () => Promise.reject(new OpentrailError('ENGINE_UNAVAILABLE', 'nobody'));
    Object.assign(memory.store, { append });
    const error = await errorOf(put([event('x')]));
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({ code: 'ServiceUnavailableException', status: 503 });
  });
});

describe('events', () => {
  beforeEach(async () => {
    await makeStream();
    await put(
      Array.from({ length: 25 }, (_, index) => event(`${index}`, NOW - HOUR + Math.floor(index / 2))),
    );
  });

  it('of a stream are read from its end or its head, on and back, to where the token stays the same', async () => {
    const read = (input: object) => call('GetLogEvents', { ...STREAM, limit: 10, ...input });
    const last = await read({});
    expect(messages(last)).toEqual(Array.from({ length: 10 }, (_, index) => `${index + 15}`));
    const before = await read({ nextToken: last['nextBackwardToken'] });
    expect(messages(before)).toEqual(Array.from({ length: 10 }, (_, index) => `${index + 5}`));
    expect(messages(await read({ nextToken: before['nextForwardToken'] }))).toEqual(messages(last));
    const first = await read({ startFromHead: true, limit: 25 });
    expect(messages(first)).toHaveLength(25);
    const end = await read({ nextToken: first['nextForwardToken'] });
    expect(end.events).toEqual([]);
    expect(end['nextForwardToken']).toBe(first['nextForwardToken']);
    expect(messages(await read({ nextToken: end['nextBackwardToken'], limit: 2 }))).toEqual(['23', '24']);
    await put([event('newer')]);
    expect(messages(await read({ nextToken: end['nextForwardToken'] }))).toEqual(['newer']);
    expect(messages(await read({ startTime: NOW - HOUR + 1, endTime: NOW - HOUR + 2 }))).toEqual(['2', '3']);
  });

  it('are found by pattern, stream and time, page by page, each once', async () => {
    await call('CreateLogStream', { ...GROUP, logStreamName: 'other' });
    await put([event('1 of other', NOW - HOUR + 1)], { ...GROUP, logStreamName: 'other' });
    const find = (input: object) => call('FilterLogEvents', { ...GROUP, ...input });
    const found: Output['events'] = [];
    let nextToken: unknown;
    do {
      const page = await find({ filterPattern: '1', limit: 4, nextToken });
      expect(page.events.length).toBeLessThanOrEqual(4);
      found.push(...page.events);
      nextToken = page['nextToken'];
    } while (nextToken !== undefined);
    expect(found.map(({ message }) => message).sort()).toEqual(
      ['1', '1 of other', '21', ...Array.from({ length: 10 }, (_, index) => `${index + 10}`)].sort(),
    );
    expect(new Set(found.map(({ eventId }) => eventId)).size).toBe(13);
    expect(messages(await find({ logStreamNames: ['other'] }))).toEqual(['1 of other']);
    expect(messages(await find({ logStreamNamePrefix: 'oth' }))).toEqual(['1 of other']);
    expect(messages(await find({ logStreamNamePrefix: 'none' }))).toEqual([]);
    expect(messages(await find({ startTime: NOW - HOUR + 12 }))).toEqual(['24']);
    const { nextToken: token } = await find({ limit: 1 });
    expect(await errorOf(find({ limit: 1, nextToken: token, filterPattern: '2' }))).toMatchObject({
      message: 'The specified nextToken is invalid.',
    });
  });

  it('come in pages of at most a megabyte', async () => {
    for (let index = 0; index < 6; index++) await put([event('x'.repeat(250_000))]);
    const first = await call('FilterLogEvents', { ...GROUP, startTime: NOW });
    expect(first.events).toHaveLength(4);
    const rest = await call('FilterLogEvents', { ...GROUP, startTime: NOW, nextToken: first['nextToken'] });
    expect(rest.events).toHaveLength(2);
    expect(rest).not.toHaveProperty('nextToken');
  });

  it('are gone with their group, stream and retention, from the disk too', async () => {
    const expire = () => expireOnce({ settings: opened.db, events: memory.store, clock: { now: () => now } });
    await call('PutRetentionPolicy', { ...GROUP, retentionInDays: 1 });
    now += DAY;
    await put([event('today', now)]);
    expect(messages(await call('FilterLogEvents', GROUP))).toEqual(['today']);
    expect(memory.count()).toBe(26);
    await expire();
    expect(memory.count()).toBe(1);
    await call('DeleteLogStream', STREAM);
    await call('CreateLogStream', STREAM);
    expect((await call('GetLogEvents', STREAM)).events).toEqual([]);
    expect((await call('FilterLogEvents', GROUP)).events).toEqual([]);
    await put([event('again', now)]);
    await expire();
    expect(messages(await call('FilterLogEvents', GROUP))).toEqual(['again']);
    await call('DeleteLogGroup', GROUP);
    await makeStream();
    expect((await call('FilterLogEvents', GROUP)).events).toEqual([]);
    await expire();
    expect(memory.count()).toBe(0);
  });
});

describe('TestMetricFilter', () => {
  it('tells which messages match, and what of them', async () => {
    const { matches } = await call('TestMetricFilter', {
      filterPattern: '{ $.a = 1 }',
      logEventMessages: ['{"a":2}', '{"a":1}'],
    });
    expect(matches).toEqual([{ eventNumber: 2, eventMessage: '{"a":1}', extractedValues: { '$.a': '1' } }]);
  });
});

describe('a query', () => {
  it('that is stopped ends in the engine, and says so', async () => {
    await makeStream();
    const asked: { signal: AbortSignal | undefined } = { signal: undefined };
    const query: LogEventStore['query'] = (_query, signal) => {
      asked.signal = signal;
      return new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(new TypeError('ended'))),
      );
    };
    logs = open({ ...memory.store, query });
    const question = { ...GROUP, startTime: NOW / 1000 - 60, endTime: NOW / 1000, queryString: 'limit 1' };
    const { queryId } = await call('StartQuery', question);
    expect(await call('GetQueryResults', { queryId })).toMatchObject({ status: 'Running', results: [] });
    const other = call('StopQuery', { queryId }, { accountId: '111111111111' });
    expect(await errorOf(other)).toMatchObject({ code: 'ResourceNotFoundException' });
    expect(asked.signal?.aborted).toBe(false);
    expect(await call('StopQuery', { queryId })).toEqual({ success: true });
    expect(asked.signal?.aborted).toBe(true);
    await new Promise(setImmediate);
    expect(await call('GetQueryResults', { queryId })).toMatchObject({ status: 'Cancelled' });
  });
});
