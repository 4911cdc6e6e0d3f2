import { describe, expect, it } from 'vitest';

import { AccessDenied } from '../errors.ts';
import { authorize } from './authorize.ts';
import { conditionKeysOf } from './condition-keys.ts';

const principal = {
  type: 'IAMUser',
  arn: 'arn:aws:iam::123456789012:user/alice',
  accountId: '123456789012',
  principalId: 'AIDAALICE',
};
const request = {
  principal,
  action: 'cloudtrail:DeleteTrail',
  resource: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/t',
  context: {},
};
const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
const none = { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: '*', Resource: '*' } };

describe('authorize', () => {
  it('lets an allowed call pass', () => {
    expect(() => authorize(request, { identityPolicies: [all] })).not.toThrow();
  });

  it('says that no policy allows the action', () => {
    const refused = new AccessDenied(principal.arn, request.action, request.resource);
    expect(() => authorize(request, { identityPolicies: [] })).toThrow(refused);
    expect(refused.message).toBe(
      'User: arn:aws:iam::123456789012:user/alice is not authorized to perform: cloudtrail:DeleteTrail on resource: arn:aws:cloudtrail:us-east-1:123456789012:trail/t because no identity-based policy allows the cloudtrail:DeleteTrail action',
    );
  });

  it('says that a policy denies it', () => {
    expect(() => authorize(request, { identityPolicies: [all, none] })).toThrow(/with an explicit deny/);
  });
});

describe('conditionKeysOf', () => {
  const session = {
    ...principal,
    type: 'AssumedRole' as const,
    arn: 'arn:aws:sts::123456789012:assumed-role/R/s',
    userName: undefined,
    accessKeyId: undefined,
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::123456789012:role/R' },
      attributes: { creationDate: '2026-11-21T00:00:00Z', mfaAuthenticated: 'true' },
    },
    fromConsole: false,
    policies: [],
    expiresAt: undefined,
  };
  const call = {
    sourceIp: '10.0.0.1',
    userAgent: 'cli',
    region: 'eu-central-1',
    now: Date.parse('2026-11-21T00:01:40Z'),
    secure: false,
  };

  it('tells of the session by which the call is made', () => {
    expect(conditionKeysOf(session, call)).toMatchObject({
      'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/R',
      'aws:MultiFactorAuthPresent': 'true',
      'aws:MultiFactorAuthAge': '100',
      'aws:TokenIssueTime': '2026-11-21T00:00:00Z',
      'aws:CurrentTime': '2026-11-21T00:01:40.000Z',
      'aws:EpochTime': String(Date.parse('2026-11-21T00:01:40Z') / 1000),
      'aws:RequestedRegion': 'eu-central-1',
      'aws:SecureTransport': 'false',
      'aws:username': undefined,
    });
  });

  it('leaves the session keys out for long-lived keys', () => {
    const keys = conditionKeysOf(
      { ...session, type: 'IAMUser', userName: 'alice', sessionContext: undefined },
      call,
    );
    expect(keys).toMatchObject({
      'aws:username': 'alice',
      'aws:PrincipalType': 'User',
      'aws:MultiFactorAuthPresent': undefined,
      'aws:TokenIssueTime': undefined,
    });
  });
});
