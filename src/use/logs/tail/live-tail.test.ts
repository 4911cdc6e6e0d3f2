import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { logSetup, type LogSetup } from '../../../../test/kit/log-setup.ts';
import { ACCOUNT, errorOf } from '../../../../test/kit/trail-setup.ts';
import type { AwsError } from '../../../aws/errors.ts';
import { createTailSessions } from './sessions.ts';

const arnOf = (group: string) => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${group}`;

type Update = {
  readonly sessionStart?: Record<string, unknown>;
  readonly sessionUpdate?: {
    readonly sessionMetadata: { readonly sampled: boolean };
    readonly sessionResults: readonly { readonly message: string; readonly logStreamName: string }[];
  };
};

let logs: LogSetup;
let gone: AbortController;

beforeEach(async () => {
  gone = new AbortController();
  logs = await logSetup();
  for (const logGroupName of ['a', 'b']) await logs.makeStream({ logGroupName, logStreamName: 's' });
  await logs.call('CreateLogStream', { logGroupName: 'a', logStreamName: 'other' });
});
afterEach(async () => {
  gone.abort();
  await logs.stop();
});

const tail = async (input: object) => {
  const { responseStream } = await logs.call('StartLiveTail', input, { signal: gone.signal });
  return (responseStream as AsyncIterable<Update>)[Symbol.asyncIterator]();
};
const put = (logGroupName: string, logStreamName: string, ...messages: string[]) =>
  logs.call('PutLogEvents', {
    logGroupName,
    logStreamName,
    logEvents: messages.map((message) => ({ timestamp: logs.time.now, message })),
  });
/** Updates until some have events. */
async function next(events: AsyncIterator<Update>) {
  for (;;) {
    const { value } = (await events.next()) as { value?: Update };
    if (value?.sessionUpdate === undefined || value.sessionUpdate.sessionResults.length > 0) return value;
  }
}

describe('StartLiveTail', () => {
  it('shows what arrives in its groups and matches, an update a second', async () => {
    await put('a', 's', 'ERROR before');
    const events = await tail({
      logGroupIdentifiers: [arnOf('a'), arnOf('b')],
      logEventFilterPattern: 'ERROR',
    });
    expect((await next(events))?.sessionStart).toMatchObject({
      logGroupIdentifiers: [arnOf('a'), arnOf('b')],
      logEventFilterPattern: 'ERROR',
      sessionId: expect.any(String) as string,
    });
    const first = events.next();
    await put('a', 's', 'ERROR 1', 'fine');
    await put('b', 's', 'ERROR 2');
    expect((await first).value.sessionUpdate).toEqual({
      sessionMetadata: { sampled: false },
      sessionResults: ['a', 'b'].map((group, index) => ({
        logStreamName: 's',
        logGroupIdentifier: `${ACCOUNT}:${group}`,
        message: `ERROR ${index + 1}`,
        timestamp: logs.time.now,
        ingestionTime: logs.time.now,
      })),
    });
    expect((await events.next()).value.sessionUpdate.sessionResults).toEqual([]);
    gone.abort();
    expect((await events.next()).done).toBe(true);
  });

  it('shows streams by name or prefix, and five hundred of many events', async () => {
    const named = await tail({ logGroupIdentifiers: [arnOf('a')], logStreamNames: ['other'] });
    const prefixed = await tail({ logGroupIdentifiers: [arnOf('a')], logStreamNamePrefixes: ['s'] });
    for (const events of [named, prefixed]) await events.next();
    const results = [next(named), next(prefixed)];
    await put('a', 'other', 'of other');
    await put('a', 's', ...Array.from({ length: 1200 }, (_, n) => `${n}`));
    const [other, many] = await Promise.all(results);
    expect(other?.sessionUpdate?.sessionResults.map(({ message }) => message)).toEqual(['of other']);
    expect(many?.sessionUpdate?.sessionMetadata).toEqual({ sampled: true });
    expect(new Set(many?.sessionUpdate?.sessionResults.map(({ message }) => message)).size).toBe(500);
  });

  it.each([
    [{ logGroupIdentifiers: ['a'] }, 'InvalidParameterException', 'must be ARNs'],
    [{ logGroupIdentifiers: [`${arnOf('a')}:*`] }, 'InvalidParameterException', 'must be ARNs'],
    [{ logGroupIdentifiers: [arnOf('none')] }, 'ResourceNotFoundException', 'does not exist'],
    [
      { logGroupIdentifiers: Array.from({ length: 11 }, () => arnOf('a')) },
      'InvalidParameterException',
      'logGroupIdentifiers',
    ],
    [
      { logGroupIdentifiers: [arnOf('a'), arnOf('b')], logStreamNames: ['s'] },
      'InvalidParameterException',
      'a single log group',
    ],
    [
      { logGroupIdentifiers: [arnOf('a')], logEventFilterPattern: '{ $.a }' },
      'InvalidParameterException',
      'Invalid filter pattern',
    ],
  ])('refuses %j', async (input, code, text) => {
    const error = await errorOf(logs.call('StartLiveTail', input));
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(text);
  });
});

describe('sessions', () => {
  it('are fifteen for each owner, end by themselves and with the server', async () => {
    const sessions = createTailSessions({ longest: 20 });
    const begin = () => sessions.begin('me', gone.signal);
    const open = Array.from({ length: 15 }, begin);
    expect(begin).toThrow(expect.objectContaining({ code: 'LimitExceededException' }) as AwsError);
    sessions.begin('other', gone.signal);
    open[0]?.end();
    open[0]?.end();
    begin();
    expect(begin).toThrow();
    const last = open[1];
    await new Promise((resolve) => last?.signal.addEventListener('abort', resolve));
    expect(last?.isTimedOut()).toBe(true);
    const longer = createTailSessions();
    const one = longer.begin('me', gone.signal);
    await longer.stop();
    expect([one.signal.aborted, one.isTimedOut()]).toEqual([true, false]);
    one.end();
  });
});
