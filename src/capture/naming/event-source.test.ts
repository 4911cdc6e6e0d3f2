import { describe, expect, it } from 'vitest';

import { eventSourceOf } from './event-source.ts';

describe('the event source of a service', () => {
  it('is the signing name at amazonaws.com', () => {
    expect(eventSourceOf('ec2')).toBe('ec2.amazonaws.com');
    expect(eventSourceOf('s3express')).toBe('s3express.amazonaws.com');
  });

  it.each([
    ['cloudwatch', 'monitoring.amazonaws.com'],
    ['email', 'ses.amazonaws.com'],
    ['rds-data', 'rdsdata.amazonaws.com'],
    ['cloudfront-keyvaluestore', 'edgekeyvaluestore.amazonaws.com'],
    ['awsssooidc', 'sso.amazonaws.com'],
  ])('of %s is CloudTrail’s own: %s', (name, source) => {
    expect(eventSourceOf(name)).toBe(source);
  });
});
