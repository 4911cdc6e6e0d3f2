import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { turnableClock } from '../../../test/kit/calls.ts';
import { AwsError } from '../../aws/errors.ts';
import { createLogger } from '../../base/log.ts';
import { openSettings, type OpenSettings } from '../../store/settings/open-settings.ts';
import { EventQueue } from './event-queue.ts';
import { EventRunner } from './event-runner.ts';
import type { InvokeRequest } from './invoker.ts';
import { tooMany } from './lambda-errors.ts';
import { lambdaMigrations, type LambdaTables } from './settings.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What the invoker does with each request, in order; then all goes well. */
type Reply = 'fails' | 'is full' | 'is gone' | Promise<void>;

let dir: string;
let settings: OpenSettings<LambdaTables>;
let queue: EventQueue;
let runner: EventRunner;
let seen: InvokeRequest[];
let replies: Reply[];
const clock = turnableClock();

const open = async () => {
  settings = await openSettings({ path: join(dir, 'settings.db'), migrations: [lambdaMigrations] });
  queue = new EventQueue(settings.db);
  const invoker = {
    invoke: async (request: InvokeRequest) => {
      seen.push(request);
      const reply = replies.shift();
      if (reply === 'is full') throw tooMany();
      if (reply === 'is gone') throw new AwsError('ResourceNotFoundException', 'gone');
      if (reply instanceof Promise) await reply;
      return { payload: 'null', failed: reply === 'fails', tail: '' };
    },
    stop: async () => undefined,
  };
  runner = new EventRunner({ queue, invoker, perFunction: 2, clock, log: createLogger('silent') });
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opentrail-lambda-'));
  [seen, replies] = [[], []];
  await open();
});
afterEach(async () => {
  await settings.close();
  await rm(dir, { recursive: true });
});

const add = (id: string, function_name = 'f') =>
  queue.add({ id, function_name, payload: '{"a":1}', client_context: null }, clock.now());
const look = async () => {
  await runner.look();
  await runner.idle();
};
const pass = async (ms: number) => {
  clock.time += ms;
  await look();
};
const waiting = async () => (await settings.db.selectFrom('lambda_events').select('id').execute()).length;

describe('an event', () => {
  it('that was accepted is run after the server died, once', async () => {
    await add('one');
    await settings.close();
    await open();
    await look();
    await look();
    expect(seen).toEqual([{ name: 'f', requestId: 'one', payload: '{"a":1}', clientContext: undefined }]);
    expect(await waiting()).toBe(0);
  });

  it('is tried again after one minute and after two, and then given up', async () => {
    replies = ['fails', 'fails', 'fails'];
    await add('one');
    await look();
    await pass(MINUTE - 1);
    expect(seen).toHaveLength(1);
    await pass(1);
    expect(seen).toHaveLength(2);
    await pass(2 * MINUTE - 1);
    expect(seen).toHaveLength(2);
    await pass(1);
    expect(seen.map(({ requestId }) => requestId)).toEqual(['one', 'one', 'one']);
    expect(await waiting()).toBe(0);
  });

  it('for which there is no room waits for up to six hours', async () => {
    replies = Array.from({ length: 500 }, () => 'is full' as const);
    await add('one');
    await look();
    expect(await waiting()).toBe(1);
    await pass(SECOND);
    expect(seen.length).toBe(2);
    for (let minute = 0; minute < 6 * 60 + 6; minute++) await pass(MINUTE);
    expect(await waiting()).toBe(0);
    expect(seen.length).toBeGreaterThan(6 * 12);
    expect(seen.length).toBeLessThan(6 * 20);
  });

  it('of a function that is gone is given up', async () => {
    replies = ['is gone'];
    await add('one');
    await look();
    expect(await waiting()).toBe(0);
  });

  it('does not wait behind those of a function that is slow', async () => {
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    replies = [slow, slow];
    for (let n = 0; n < 50; n++) await add(`slow-${n}`, 'a-slow');
    await runner.look();
    await add('quick', 'quick');
    await runner.look();
    expect(seen.map(({ name }) => name)).toEqual(['a-slow', 'a-slow', 'quick']);
    finish();
    await runner.idle();
  });
});
