import { describe, expect, it } from 'vitest';

import { bandOf } from './band.ts';
import { joined } from './insights.ts';

const HOUR = 3_600_000;

const record = (state: 'Start' | 'End', eventTime: string, average: number) => ({
  eventTime,
  awsRegion: 'us-east-1',
  recipientAccountId: '123456789012',
  sharedEventID: 'shared',
  insightDetails: {
    state,
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    insightType: 'ApiCallRateInsight',
    insightContext: {
      statistics: { baseline: { average: 1 }, insight: { average }, insightDuration: 30 },
      attributions: [{ attribute: 'userIdentityArn', insight: [{ value: 'a', average }], baseline: [] }],
    },
  },
});

describe('insights', () => {
  it('are a start and its end, told by the end', () => {
    const start = record('Start', '2026-01-02T03:00:00Z', 50);
    const [one] = joined([record('End', '2026-01-02T03:30:00Z', 80), start]);
    expect(one).toMatchObject({
      id: 'shared',
      start: Date.UTC(2026, 0, 2, 3),
      end: Date.UTC(2026, 0, 2, 3, 30),
      rate: 80,
      isError: false,
    });
    expect(joined([start])[0]).toMatchObject({ end: undefined, rate: 50 });
  });

  it('have a band of what is usual at the hour, not of what came since', () => {
    const start = Date.UTC(2026, 0, 8, 12);
    const hours = Array.from({ length: 8 * 24 }, (_hour, n) => {
      const time = Date.UTC(2026, 0, 1) + n * HOUR;
      const isDay = new Date(time).getUTCHours() >= 8;
      return { time, value: time >= start ? 60_000 : isDay ? 600 : 60 };
    });
    const band = bandOf(hours, { from: start, to: start + 14 * HOUR, before: start });
    expect(band[0]).toEqual({ time: start, low: 10, high: 10 });
    expect(band.at(-1)).toEqual({ time: start + 14 * HOUR, low: 1, high: 1 });
  });
});
