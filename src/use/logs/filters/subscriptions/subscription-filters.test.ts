import { gunzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { logSetup, type LogSetup } from '../../../../../test/kit/log-setup.ts';
import { eventually } from '../../../../../test/kit/run.ts';
import { ACCOUNT, errorOf } from '../../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../../aws/errors.ts';
import type { FunctionPort } from '../../../../aws/ports.ts';

const GROUP = { logGroupName: 'app' };
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`;
const arnOf = (group: string) => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${group}`;

type Message = {
  readonly messageType: string;
  readonly logStream: string;
  readonly logEvents: readonly { readonly id: string; readonly message: string }[];
};

let logs: LogSetup;
let calls: (Parameters<FunctionPort['invoke']>[0] & { readonly read: Message })[];
let failing: ReadonlySet<string>;

const functions: FunctionPort = {
  checkInvoke: async ({ functionArn }) => {
    if (failing.has(functionArn)) throw new AwsError('AccessDeniedException', 'no', { status: 403 });
  },
  invoke: async (event) => {
    if (failing.has(event.functionArn)) throw new AwsError('ServiceException', 'not now', { status: 500 });
    const { awslogs } = JSON.parse(event.payload) as { awslogs: { data: string } };
    const read = JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString()) as Message;
    calls.push({ ...event, read });
  },
};

beforeEach(async () => {
  calls = [];
  failing = new Set();
  logs = await logSetup({ functions });
  await logs.makeStream({ ...GROUP, logStreamName: 's' });
  await logs.call('CreateLogStream', { ...GROUP, logStreamName: 't' });
  logs.start();
});
afterEach(() => logs.stop());

const subscribe = (given: object = {}) =>
  logs.call('PutSubscriptionFilter', {
    ...GROUP,
    filterName: 'f',
    filterPattern: 'ERROR',
    destinationArn: FUNCTION,
    ...given,
  });
const put = (logStreamName: string, ...messages: string[]) =>
  logs.call('PutLogEvents', {
    ...GROUP,
    logStreamName,
    logEvents: messages.map((message) => ({ timestamp: logs.time.now, message })),
  });
const delivered = (to = FUNCTION) =>
  calls
    .filter(({ functionArn, read }) => functionArn === to && read.messageType === 'DATA_MESSAGE')
    .flatMap(({ read }) => read.logEvents.map(({ message }) => message));
const until = (look: () => boolean) => eventually(async () => (look() ? true : undefined), 20_000);

describe('subscription filters', () => {
  it('hand what matches to a function, by stream and in order', async () => {
    await subscribe();
    await put('s', 'ERROR 1', 'fine', 'ERROR 2');
    await put('t', 'ERROR 3');
    await put('s', 'ERROR 4');
    await until(() => delivered().length >= 4);
    const byStream = Object.groupBy(
      calls.flatMap(({ read }) => read.logEvents.map(({ message }) => ({ stream: read.logStream, message }))),
      ({ stream }) => stream,
    );
    expect(byStream['s']?.map(({ message }) => message)).toEqual(['ERROR 1', 'ERROR 2', 'ERROR 4']);
    expect(byStream['t']?.map(({ message }) => message)).toEqual(['ERROR 3']);
    expect(calls.at(-1)?.source).toEqual({
      service: 'logs.amazonaws.com',
      arn: `${arnOf('app')}:*`,
      accountId: ACCOUNT,
    });
    expect(calls[0]?.read).toMatchObject({ owner: ACCOUNT, logGroup: 'app', subscriptionFilters: ['f'] });
    expect(calls[0]?.read.logEvents[0]).toMatchObject({
      id: expect.stringMatching(/^\d{56}$/) as string,
      timestamp: logs.time.now,
    });
  });

  it('go on where they were, whatever failed, and hold up no other', async () => {
    await subscribe();
    await subscribe({ filterName: 'g', filterPattern: '', destinationArn: `${FUNCTION}2` });
    failing = new Set([FUNCTION]);
    await put('s', 'ERROR 1');
    await until(() => delivered(`${FUNCTION}2`).length === 1);
    await put('s', 'ERROR 2');
    await logs.restart();
    failing = new Set();
    logs.time.now += 60_000;
    await put('s', 'ERROR 3');
    await until(() => delivered().length === 3 && delivered(`${FUNCTION}2`).length === 3);
    expect(delivered()).toEqual(['ERROR 1', 'ERROR 2', 'ERROR 3']);
    failing = new Set([FUNCTION]);
    await put('s', 'ERROR too old');
    logs.time.now += 25 * 3_600_000;
    failing = new Set();
    await put('s', 'ERROR 4');
    await until(() => delivered().length === 4);
    expect(delivered().at(-1)).toBe('ERROR 4');
  });

  it('write to another log group, and never in a circle', async () => {
    for (const logGroupName of ['b', 'c']) await logs.call('CreateLogGroup', { logGroupName });
    await subscribe({ destinationArn: arnOf('b') });
    await logs.call('PutSubscriptionFilter', {
      logGroupName: 'b',
      filterName: 'f',
      filterPattern: '',
      destinationArn: arnOf('c'),
    });
    for (const logGroupName of ['b', 'c'])
      expect(
        await errorOf(
          logs.call('PutSubscriptionFilter', {
            logGroupName,
            filterName: 'back',
            filterPattern: '',
            destinationArn: arnOf('app'),
          }),
        ),
      ).toMatchObject({ message: expect.stringContaining('leads back to the log group') as string });
    expect(await errorOf(subscribe({ filterName: 'self', destinationArn: arnOf('app') }))).toMatchObject({
      message: expect.stringContaining('leads back') as string,
    });
    await put('s', 'ERROR 1', 'fine', 'ERROR 2');
    const found = await eventually(async () => {
      const { events } = await logs.call('FilterLogEvents', { logGroupName: 'c' });
      const list = events as { message: string; logStreamName: string }[];
      return list.length === 2 ? list : undefined;
    }, 20_000);
    expect(found).toMatchObject([
      { message: 'ERROR 1', logStreamName: 's' },
      { message: 'ERROR 2', logStreamName: 's' },
    ]);
  });

  it('are described, put anew, two for a group, and deleted', async () => {
    await subscribe();
    await subscribe({ filterPattern: 'WARN' });
    await subscribe({ filterName: 'g' });
    expect(await errorOf(subscribe({ filterName: 'h' }))).toMatchObject({ code: 'LimitExceededException' });
    const { subscriptionFilters } = await logs.call('DescribeSubscriptionFilters', {
      ...GROUP,
      filterNamePrefix: 'f',
    });
    expect(subscriptionFilters).toEqual([
      {
        filterName: 'f',
        logGroupName: 'app',
        filterPattern: 'WARN',
        destinationArn: FUNCTION,
        distribution: 'ByLogStream',
        applyOnTransformedLogs: false,
        creationTime: logs.time.now,
      },
    ]);
    await logs.call('DeleteSubscriptionFilter', { ...GROUP, filterName: 'f' });
    expect(await errorOf(logs.call('DeleteSubscriptionFilter', { ...GROUP, filterName: 'f' }))).toMatchObject(
      { message: 'The specified subscription filter does not exist.' },
    );
  });

  it.each([
    [{ destinationArn: `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s` }, 'is neither'],
    [{ destinationArn: `arn:aws:firehose:us-east-1:${ACCOUNT}:deliverystream/s` }, 'is neither'],
    [{ destinationArn: 'somewhere' }, 'Invalid destinationArn'],
    [
      { roleArn: `arn:aws:iam::${ACCOUNT}:role/r` },
      'destinationArn for vendor lambda cannot be used with roleArn',
    ],
    [{ filterPattern: '{ $.a }' }, 'Invalid filter pattern'],
    [{ distribution: 'Even' }, 'distribution'],
  ])('%j is refused', async (given, text) => {
    const error = await errorOf(subscribe(given));
    expect(error).toMatchObject({ code: 'InvalidParameterException' });
    expect(error?.message).toContain(text);
  });

  it('need a function that may be invoked, and a group that exists', async () => {
    failing = new Set([FUNCTION]);
    expect(await errorOf(subscribe())).toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringContaining('Could not execute the lambda function.') as string,
    });
    expect(await errorOf(subscribe({ destinationArn: arnOf('none') }))).toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});
