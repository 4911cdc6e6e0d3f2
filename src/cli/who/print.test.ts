import { describe, expect, it } from 'vitest';

import { printed } from './print.ts';
import type { Report } from './report.ts';

const REPORT: Report = {
  subject: 'AKIA1',
  kind: 'key',
  found: true,
  identity: { type: 'IAMUser', userName: 'ann', accountId: '123456789012', accessKeyId: 'AKIA1', mfa: true },
  firstSeen: '2026-11-21T08:00:00Z',
  lastSeen: '2026-11-21T09:00:00Z',
  events: 12_345,
  errors: 2,
  chains: [{ links: [{ identity: { type: 'Unknown', accessKeyId: 'AKIA1' } }] }],
  callers: [],
  keys: [],
  addresses: [{ value: '10.0.0.1', count: 12_345 }],
  services: [
    {
      service: 'ec2.amazonaws.com',
      events: 12_345,
      errors: 2,
      firstSeen: '2026-11-21T08:00:00Z',
      lastSeen: '2026-11-21T09:00:00Z',
      activity: [800, 0, 1, 400],
    },
  ],
  moreServices: 3,
  alsoAs: [{ kind: 'resource', events: 2 }],
};

describe('a report', () => {
  it('is plain text in a pipe', () => {
    expect(printed(REPORT, { terminal: false }))
      .toBe(`AKIA1: access key of IAM user ann in account 123456789012
  type            IAMUser
  account         123456789012
  MFA             yes
  first seen      2026-11-21T08:00:00Z
  last seen       2026-11-21T09:00:00Z
  events          12,345, 2 of them errors

Chain, newest first
  1. AKIA1  unknown caller
     issuer not seen
  behind it: not known, the chain ends before a person

Timeline by service
  SERVICE            EVENTS  ERRORS  FIRST                 LAST
  ec2.amazonaws.com  12,345  2       2026-11-21T08:00:00Z  2026-11-21T09:00:00Z
  and 3 more services

Addresses
  12,345  10.0.0.1

Also the name of a resource with 2 events: opentrail who --as resource AKIA1
`);
  });

  it('draws activity on a terminal: nothing for none, something for a single event', () => {
    expect(printed(REPORT, { terminal: true })).toContain('2026-11-21T09:00:00Z  █ ▁▄\n');
  });

  it('shows no names that would steer a terminal', () => {
    const evil = '\u001b[31mred\u001b[0m\u0007\u202e\r\nfake';
    const text = printed(
      {
        ...REPORT,
        subject: evil,
        identity: { type: evil, userName: evil, arn: evil, session: evil },
        chains: [
          {
            links: [
              {
                identity: { type: 'AssumedRole', session: evil, accessKeyId: evil },
                issuedBy: { eventName: evil, eventTime: evil, eventId: evil, sourceIp: evil },
              },
            ],
            person: { type: 'IAMUser', userName: evil },
          },
        ],
        callers: [{ value: evil, count: 1 }],
        services: REPORT.services.map((one) => ({ ...one, service: evil })),
      },
      { terminal: false },
    );
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    expect(text).not.toMatch(/^fake/m);
    expect(text).toContain('red');
  });
});
