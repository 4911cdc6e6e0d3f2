import { describe, expect, it } from 'vitest';

import { roleOf, whoCondition, whoHref } from './who.ts';

describe('who is this', () => {
  it('finds a role by all its sessions, whatever its path', () => {
    const prefix = {
      key: 'UserArn',
      operator: 'prefix',
      values: ['arn:aws:sts::123456789012:assumed-role/Deploy/'],
    };
    expect(whoCondition('role', 'arn:aws:iam::123456789012:role/ci/Deploy')).toEqual(prefix);
    expect(whoCondition('role', 'arn:aws:iam::123456789012:role/Deploy')).toEqual(prefix);
  });

  it('knows the role of a session', () => {
    expect(roleOf('arn:aws:sts::123456789012:assumed-role/Deploy/build-7')).toBe(
      'arn:aws:iam::123456789012:role/Deploy',
    );
    expect(roleOf('arn:aws:iam::123456789012:user/alice')).toBeUndefined();
  });

  it('has a page for what somebody may be, and none for the rest', () => {
    expect(whoHref('SourceIPAddress', '203.0.113.9')).toBe('#/who/address?value=203.0.113.9');
    expect(whoHref('EventName', 'DeleteTable')).toBeUndefined();
    expect(whoHref('AccessKeyId', '')).toBeUndefined();
  });
});
