import { existsSync, globSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { columnsOf, usernameOf } from './columns.ts';
import { parseRecords } from './slice-records.ts';

const vectors = '../shared/vectors/records';

function* sharedRecords(): Generator<Record<string, unknown>> {
  for (const file of globSync(`${vectors}/**/*.{ndjson,json.gz}`)) {
    const bytes = readFileSync(file);
    for (const one of parseRecords(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)) {
      if (!('raw' in one)) expect.fail(`${file}: ${one.problem}`);
      yield one.record as Record<string, unknown>;
    }
  }
}

const names = (record: Record<string, unknown>) =>
  columnsOf(record).resources.map((resource) => `${resource.type} ${resource.name}`);

describe('columns of a record', () => {
  it('takes an event id in any form', () => {
    expect(columnsOf({ eventID: 'CC6A1C4D-9C6A-4B13-A7F5-3C0F4A2E5A11' }).id).toBe(
      'cc6a1c4d-9c6a-4b13-a7f5-3c0f4a2e5a11',
    );
    expect(columnsOf({ eventID: 'no-uuid' }).id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    );
    expect(columnsOf({ eventID: 'no-uuid' }).id).toBe(columnsOf({ eventID: 'no-uuid', more: 1 }).id);
    expect(columnsOf({ a: 1 }).id).not.toBe(columnsOf({ a: 2 }).id);
  });

  it('reads whole seconds and answers 0 for what is no time', () => {
    expect(columnsOf({ eventTime: '2023-07-10T12:07:59Z' }).time).toBe(1_688_990_879);
    expect(columnsOf({ eventTime: 'yesterday' }).time).toBe(0);
    expect(columnsOf({}).time).toBe(0);
  });

  it('falls back to the caller when no recipient is named', () => {
    expect(columnsOf({ userIdentity: { accountId: '111111111111' } }).account).toBe('111111111111');
    expect(
      columnsOf({ recipientAccountId: '222222222222', userIdentity: { accountId: '111111111111' } }).account,
    ).toBe('222222222222');
  });

  it('judges an old record without readOnly by its name', () => {
    expect(columnsOf({ eventName: 'DescribeInstances' }).readOnly).toBe(true);
    expect(columnsOf({ eventName: 'RunInstances' }).readOnly).toBe(false);
    expect(columnsOf({ eventName: 'DescribeInstances', readOnly: 'false' }).readOnly).toBe(false);
  });

  it.each([
    ['a user by name', { type: 'IAMUser', userName: 'ann', arn: 'arn:aws:iam::1:user/x/ann' }, 'ann'],
    ['root, even with an alias', { type: 'Root', userName: 'alias' }, 'root'],
    [
      'a role session by the session',
      { type: 'AssumedRole', principalId: 'AROA1:deploy', arn: 'arn:aws:sts::1:assumed-role/r/deploy' },
      'deploy',
    ],
    ['a federated user by name', { type: 'FederatedUser', principalId: '123456789012:bob' }, 'bob'],
    ['a service by nothing', { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }, ''],
    ['a web identity by its user', { type: 'WebIdentityUser', userName: 'sub' }, 'sub'],
    ['an unknown caller by nothing', { type: 'Unknown', accessKeyId: 'AKIA' }, ''],
  ])('shows %s', (_what, identity, expected) => {
    expect(usernameOf(identity)).toBe(expected);
  });

  it('finds an assumed role by key, session and role', () => {
    const record = {
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      requestParameters: { roleArn: 'arn:aws:iam::1:role/ops', roleSessionName: 's' },
      responseElements: {
        credentials: { accessKeyId: 'ASIA1' },
        assumedRoleUser: { assumedRoleId: 'AROA1:s', arn: 'arn:aws:sts::1:assumed-role/ops/s' },
      },
    };
    expect(names(record)).toEqual([
      'AWS::IAM::AccessKey ASIA1',
      'AWS::STS::AssumedRole AROA1:s',
      'AWS::STS::AssumedRole arn:aws:sts::1:assumed-role/ops/s',
      'AWS::IAM::Role arn:aws:iam::1:role/ops',
    ]);
  });

  it('finds run instances by instance, image, subnet and security group', () => {
    const record = {
      eventSource: 'ec2.amazonaws.com',
      eventName: 'RunInstances',
      requestParameters: { instancesSet: { items: [{ imageId: 'ami-1', minCount: 1 }] } },
      responseElements: {
        instancesSet: {
          items: [
            {
              instanceId: 'i-1',
              imageId: 'ami-1',
              subnetId: 'subnet-1',
              groupSet: { items: [{ groupId: 'sg-1' }] },
            },
          ],
        },
      },
    };
    expect(names(record)).toEqual([
      'AWS::EC2::Instance i-1',
      'AWS::EC2::Ami ami-1',
      'AWS::EC2::Subnet subnet-1',
      'AWS::EC2::SecurityGroup sg-1',
    ]);
  });

  it('does not take what was searched for or how things are tagged for a resource', () => {
    const record = {
      eventSource: 'ec2.amazonaws.com',
      eventName: 'DescribeTags',
      requestParameters: {
        filterSet: { items: [{ instanceId: 'i-1' }] },
        tagSet: { items: [{ imageId: 'x' }] },
      },
    };
    expect(names(record)).toEqual([]);
  });

  it('never throws, whatever it is given', () => {
    const hostile = [
      {},
      { userIdentity: null, resources: null, eventName: 7 },
      {
        resources: [null, 3, { ARN: 4 }, { ARN: 'arn:' }],
        requestParameters: 'text',
        responseElements: [[[]]],
      },
      {
        eventSource: 'constructor',
        eventName: '__proto__',
        requestParameters: JSON.parse('{"__proto__":{"userName":"x"},"constructor":"y"}') as unknown,
      },
      {
        eventSource: 'ec2.amazonaws.com',
        eventName: 'toString',
        requestParameters: { hasOwnProperty: 'a', toString: 'b', instanceId: { content: 1 } },
      },
      { eventCategory: 'ActivityAuditLog', eventData: null },
      { insightDetails: 'none', eventType: 'AwsCloudTrailInsight' },
    ];
    for (const record of hostile)
      expect(
        columnsOf(record).resources.every(
          (one) => typeof one.type === 'string' && typeof one.name === 'string',
        ),
      ).toBe(true);
  });

  it.skipIf(!existsSync(vectors))('reads all shared records, with user names by the rule', () => {
    let count = 0;
    for (const record of sharedRecords()) {
      count++;
      const columns = columnsOf(record);
      const identity = (record['userIdentity'] ?? {}) as Record<string, string>;
      expect(columns.name).toBe(record['eventName']);
      expect(columns.time).toBeGreaterThan(1_300_000_000);
      if (identity['type'] === 'IAMUser') expect(columns.username).toBe(identity['userName']);
      if (identity['type'] === 'AssumedRole' && String(identity['principalId']).includes(':'))
        expect(columns.username).toBe(String(identity['principalId']).split(':')[1]);
      if (identity['type'] === 'AWSService') expect(columns.username).toBe('');
    }
    expect(count).toBe(4953);
  });
});
