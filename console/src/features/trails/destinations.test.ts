import { describe, expect, it } from 'vitest';

import { destinationsOf, stateOf } from './destinations.ts';
import type { Trail, TrailStatus } from './trails.ts';
import { isNews } from './use-deliveries.ts';

const trail = {
  name: 'main',
  bucket: 'logs',
  prefix: 'a',
  validated: true,
  topic: 'arn:aws:sns:us-east-1:1:told',
  logGroup: 'arn:aws:logs:us-east-1:1:log-group:cloudtrail/main:*',
} as Trail;
const status = { logging: true, lastDelivery: 5 } as TrailStatus;

describe('destinations', () => {
  it('are those that are configured, by short names', () => {
    expect(destinationsOf(trail, status).map(({ id, name }) => [id, name])).toEqual([
      ['s3', 'logs/a'],
      ['digests', 'logs/a'],
      ['sns', 'told'],
      ['logs', 'cloudtrail/main'],
    ]);
    const bare = { ...trail, validated: false, topic: undefined, logGroup: undefined };
    expect(destinationsOf(bare, status)).toHaveLength(1);
  });

  it('make the state: which of them fail', () => {
    expect(stateOf(trail, status).text).toBe('Logging');
    expect(stateOf(trail, { ...status, logging: false }).text).toBe('Stopped');
    expect(stateOf(trail, { ...status, deliveryError: 'AccessDenied' }).text).toBe('Not delivering');
    expect(stateOf(trail, { ...status, noticeError: 'NotFound' }).text).toBe('SNS topic failing');
  });
});

describe('news of trails', () => {
  const line = (record: object) => JSON.stringify(record);
  const by = { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' };

  it('are deliveries and changes, not what is asked', () => {
    expect(isNews(line({ eventSource: 's3.amazonaws.com', eventName: 'PutObject', userIdentity: by }))).toBe(
      true,
    );
    expect(
      isNews(line({ eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', readOnly: false })),
    ).toBe(true);
    expect(
      isNews(line({ eventSource: 'cloudtrail.amazonaws.com', eventName: 'GetTrail', readOnly: true })),
    ).toBe(false);
    expect(isNews(line({ eventSource: 's3.amazonaws.com', eventName: 'PutObject', userIdentity: {} }))).toBe(
      false,
    );
  });
});
