import { describe, expect, it } from 'vitest';

import { fromRecord } from '../../events/trail-event.ts';
import { around, findSession, isSameRequest } from './nearby.ts';

const call = (second: number, more: object = {}) =>
  fromRecord(
    JSON.stringify({
      eventID: `e${second}`,
      eventName: 'GetObject',
      eventTime: new Date(1_767_000_000_000 + second * 1000).toISOString(),
      userIdentity: { accessKeyId: 'ASIAX' },
      ...more,
    }),
  );
const calls = (...seconds: readonly number[]) => seconds.map((second) => call(second));
const ids = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id);

describe('around', () => {
  it('gives the five calls before and after, in the order in which they happened', () => {
    const before = calls(10, 9, 8, 7, 6, 5, 4);
    const after = calls(17, 16, 15, 14, 13, 12, 11, 10);
    const { before: earlier, after: later } = around(call(10), before, after);
    expect(ids(earlier)).toEqual(['e5', 'e6', 'e7', 'e8', 'e9']);
    expect(ids(later)).toEqual(['e11', 'e12', 'e13', 'e14', 'e15']);
  });

  it('is empty on both sides for a call that is alone', () => {
    expect(around(call(10), calls(10), calls(10))).toEqual({ before: [], after: [] });
  });

  it('places a call that the lists do not have', () => {
    const found = around(call(10), calls(9), calls(11));
    expect([ids(found.before), ids(found.after)]).toEqual([['e9'], ['e11']]);
  });
});

describe('findSession', () => {
  it('looks closer after a call with which a busy key did more than fits a page', async () => {
    const spans: number[] = [];
    const api = {
      cloudtrail: (_operation: string, input: object) => {
        const { StartTime, EndTime } = input as { StartTime: number; EndTime: number };
        if (StartTime > 0) spans.push(EndTime - StartTime);
        const busy = StartTime > 0 && EndTime - StartTime > 60;
        const events = StartTime === 0 ? calls(10, 9) : calls(11, 10);
        return Promise.resolve({
          Events: events.map(({ raw }) => ({ CloudTrailEvent: raw })),
          ...(busy ? { NextToken: 'more' } : {}),
        });
      },
    };
    const found = await findSession(api, call(10), { everywhere: true });
    expect([ids(found.before), ids(found.after)]).toEqual([['e9'], ['e11']]);
    expect(spans).toEqual([3600, 120, 5]);
  });
});

describe('isSameRequest', () => {
  it('joins by request ID and by shared event ID, and never an event with itself', () => {
    const event = call(1, { requestID: 'r', sharedEventID: 's' });
    expect(isSameRequest(call(2, { requestID: 'r' }), event)).toBe(true);
    expect(isSameRequest(call(2, { sharedEventID: 's' }), event)).toBe(true);
    expect(isSameRequest(call(2, { requestID: 'other' }), event)).toBe(false);
    expect(isSameRequest(call(2), call(3))).toBe(false);
    expect(isSameRequest(event, event)).toBe(false);
  });
});
