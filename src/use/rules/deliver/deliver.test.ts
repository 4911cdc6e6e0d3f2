import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, startRules, type TestRules } from '../../../../test/kit/rules.ts';
import { eventually } from '../../../../test/kit/run.ts';
import { AwsError } from '../../../aws/errors.ts';

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;
const OTHER_TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:other`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
const ALL = { source: ['aws.dynamodb'] };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const down = new AwsError('ServiceUnavailable', 'ECONNREFUSED', { status: 503 });
const denied = new AwsError('AuthorizationError', 'not authorized', { status: 403 });

let test: TestRules;
beforeEach(async () => {
  test = await startRules();
});
afterEach(() => test.stop());

const nameIn = (text: string) => (JSON.parse(text) as { detail: { eventName: string } }).detail.eventName;
const arrivedAt = (arn: string) => test.sent.filter((one) => one.arn === arn).map(({ text }) => nameIn(text));
const waiting = async () => {
  const { Deliveries } = (await test.call(
    'DescribeRule',
    { Name: 'all' },
    { extensions: { Deliveries: {} } },
  )) as {
    Deliveries: {
      Waiting: { State: string; Count: number }[];
      Failing: { ErrorMessage: string }[];
      Attempts: { Outcome: string }[];
    };
  };
  return Deliveries;
};
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `Call${from + n}`);

describe('a target that is down for an hour', () => {
  it('gets every event once it is back, none twice, first attempts in order; others are not delayed', async () => {
    const tried: string[] = [];
    let isDown = true;
    test.fail.topic = (arn, text) => {
      if (arn !== TOPIC) return undefined;
      tried.push(nameIn(text));
      return isDown ? down : undefined;
    };
    await test.put('all', ALL, [TOPIC, OTHER_TOPIC]);
    for (let n = 0; n < 60; n++) {
      await test.record(...numbered(n * 5, n * 5 + 5).map((eventName) => ({ eventName })));
      expect(arrivedAt(OTHER_TOPIC)).toHaveLength((n + 1) * 5);
      await test.pass(MINUTE, 20_000);
    }
    expect(arrivedAt(TOPIC)).toEqual([]);
    const firsts = [...new Set(tried)];
    expect(firsts).toEqual(numbered(0, 300));
    expect((await waiting()).Waiting).toMatchObject([{ State: 'RETRYING', Count: 300 }]);
    expect((await waiting()).Failing[0]?.ErrorMessage).toBe('ServiceUnavailable: ECONNREFUSED');
    isDown = false;
    await test.record({ eventName: 'Later' });
    // What comes now does not wait for what waits.
    expect(arrivedAt(TOPIC)).toEqual(['Later']);
    await test.pass(15 * MINUTE, MINUTE);
    expect(arrivedAt(TOPIC)).toHaveLength(301);
    expect(new Set(arrivedAt(TOPIC)).size).toBe(301);
    expect(await waiting()).toMatchObject({ Waiting: [], Failing: [] });
    expect(await test.settings.selectFrom('event_queue_events').selectAll().execute()).toEqual([]);
    await test.pass(HOUR);
    expect(arrivedAt(TOPIC)).toHaveLength(301);
  }, 60_000);
});

describe('an event that keeps failing', () => {
  it('holds back no later one, and ends in the dead-letter queue with why', async () => {
    test.fail.topic = (_arn, text) => (nameIn(text) === 'Poison' ? down : undefined);
    const policy = { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 3600 };
    await test.put('all', ALL, [{ Arn: TOPIC, DeadLetterConfig: { Arn: QUEUE }, RetryPolicy: policy }]);
    await test.record({ eventName: 'Before' }, { eventName: 'Poison' }, { eventName: 'After' });
    expect(arrivedAt(TOPIC)).toEqual(['Before', 'After']);
    await test.pass(MINUTE, 1000);
    expect(test.queued).toEqual([
      {
        queueArn: QUEUE,
        body: expect.stringContaining('"eventName":"Poison"') as string,
        attributes: {
          RULE_ARN: { Type: 'String', Value: `arn:aws:events:us-east-1:${ACCOUNT}:rule/all` },
          TARGET_ARN: { Type: 'String', Value: TOPIC },
          ERROR_CODE: { Type: 'String', Value: 'ERROR_FROM_TARGET' },
          ERROR_MESSAGE: { Type: 'String', Value: 'ServiceUnavailable: ECONNREFUSED' },
          EXHAUSTED_RETRY_CONDITION: { Type: 'String', Value: 'MaximumRetryAttempts' },
          RETRY_ATTEMPTS: { Type: 'String', Value: '3' },
        },
        source: {
          service: 'events.amazonaws.com',
          arn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/all`,
          accountId: ACCOUNT,
        },
      },
    ]);
    expect(await waiting()).toMatchObject({
      Waiting: [],
      Attempts: expect.arrayContaining([expect.objectContaining({ Outcome: 'dead-lettered' })]) as [],
    });
  });

  it('is not tried again when the target says no for good', async () => {
    let tries = 0;
    test.fail.topic = () => {
      tries++;
      return denied;
    };
    await test.put('all', ALL, [{ Arn: TOPIC, DeadLetterConfig: { Arn: QUEUE } }]);
    await test.record({});
    await test.pass(HOUR, MINUTE);
    expect(tries).toBe(1);
    expect(
      test.queued.map(({ attributes }) => [
        attributes['ERROR_CODE']?.Value,
        attributes['RETRY_ATTEMPTS']?.Value,
      ]),
    ).toEqual([['NO_PERMISSIONS', '0']]);
  });

  it('is given up at the end of its age, after a last try', async () => {
    const times: number[] = [];
    const start = test.time.now;
    test.fail.topic = () => {
      times.push(test.time.now - start);
      return down;
    };
    await test.put('all', ALL, [
      { Arn: TOPIC, DeadLetterConfig: { Arn: QUEUE }, RetryPolicy: { MaximumEventAgeInSeconds: 60 } },
    ]);
    await test.record({});
    await test.pass(10 * MINUTE, 1000);
    expect(times.at(-1)).toBe(MINUTE);
    expect(test.queued[0]?.attributes['EXHAUSTED_RETRY_CONDITION']?.Value).toBe('MaximumEventAgeInSeconds');
  });

  it('waits for its dead-letter queue as well', async () => {
    test.fail.topic = () => denied;
    test.fail.queue = () => down;
    await test.put('all', ALL, [{ Arn: TOPIC, DeadLetterConfig: { Arn: QUEUE } }]);
    await test.record({});
    await test.pass(HOUR, MINUTE);
    expect((await waiting()).Waiting).toMatchObject([{ State: 'DEAD_LETTER', Count: 1 }]);
    test.fail.queue = () => undefined;
    await test.pass(HOUR, MINUTE);
    expect(test.queued).toHaveLength(1);
  });
});

describe('a target that hangs', () => {
  it('keeps neither its later events nor other targets waiting', async () => {
    await test.stop();
    const heard: string[] = [];
    let release: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => (release = resolve));
    test = await startRules({
      ports: {
        topics: {
          checkPublish: async () => undefined,
          publish: async ({ message }) => {
            if (nameIn(message) === 'Slow') await hanging;
            heard.push(nameIn(message));
          },
        },
      },
    });
    await test.put('all', ALL, [TOPIC]);
    const entries = ['Slow', 'Next', 'Last'].map((eventName) => test.entry({ eventName }));
    await test.rules.apply({ entries });
    expect(await eventually(async () => (heard.length === 2 ? [...heard] : undefined))).toEqual([
      'Next',
      'Last',
    ]);
    release();
    await test.rules.settled();
    expect(heard).toEqual(['Next', 'Last', 'Slow']);
  });
});

describe('what was noted', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'opentrail-rules-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is delivered by the next server when this one dies, in order, and not a second time when the journal is read again', async () => {
    await test.stop();
    const path = join(dir, 'settings.db');
    const seq = { last: 0 };
    const time = { now: Date.parse('2026-11-30T10:00:00Z') };
    const never = { checkPublish: async () => undefined, publish: () => new Promise<void>(() => undefined) };
    const dying = await startRules({ path, seq, time, ports: { topics: never } });
    await dying.put('all', ALL, [TOPIC]);
    const entries = numbered(0, 40).map((eventName) => dying.entry({ eventName }));
    await dying.rules.apply({ entries });
    // Killed: never stopped.
    test = await startRules({ path, seq, time });
    await test.rules.apply({ entries });
    await test.rules.start();
    await test.rules.settled();
    expect(arrivedAt(TOPIC)).toEqual(numbered(0, 40));
  });

  it('goes with its target', async () => {
    test.fail.topic = () => down;
    await test.put('all', ALL, [TOPIC]);
    await test.record({});
    await test.call('RemoveTargets', { Rule: 'all', Ids: ['t0'] });
    await test.pass(MINUTE, 1000);
    expect(await test.settings.selectFrom('event_queue').selectAll().execute()).toEqual([]);
    expect(await test.settings.selectFrom('event_queue_events').selectAll().execute()).toEqual([]);
  });
});
