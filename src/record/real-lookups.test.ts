import { existsSync, globSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { columnsOf } from './columns.ts';
import { parseRecords } from './slice-records.ts';

const vectors = '../shared/vectors/records';

type Json = Readonly<Record<string, unknown>>;

function* realRecords(): Generator<Json> {
  for (const file of globSync(`${vectors}/**/*.{ndjson,json.gz}`)) {
    const bytes = readFileSync(file);
    for (const one of parseRecords(file.endsWith('.gz') ? gunzipSync(bytes) : bytes))
      if ('record' in one) yield one.record;
  }
}

/** As LookupEvents was seen to answer; sessions whose principalId was made unrecognisable before it was published are known by their ARN. */
function expectedUsername(identity: Readonly<Record<string, string>>): string {
  const { type, userName = '', principalId = '', arn = '' } = identity;
  if (type === 'Root') return 'root';
  if (type === 'AWSService') return '';
  if (type !== 'AssumedRole' && type !== 'FederatedUser') return userName;
  const [, session] = principalId.split(':');
  return session ?? arn.slice(arn.lastIndexOf('/') + 1);
}

describe.skipIf(!existsSync(vectors))('of real records, LookupEvents', () => {
  it('has the Username that AWS derives', () => {
    const wrong: unknown[] = [];
    const seen = new Map<unknown, number>();
    for (const record of realRecords()) {
      const identity = (record['userIdentity'] ?? {}) as Readonly<Record<string, string>>;
      seen.set(identity['type'], (seen.get(identity['type']) ?? 0) + 1);
      const [told, expected] = [columnsOf(record).username, expectedUsername(identity)];
      if (told !== expected) wrong.push({ told, expected, identity });
    }
    expect(wrong).toEqual([]);
    for (const type of ['IAMUser', 'AssumedRole', 'AWSService', 'WebIdentityUser'])
      expect(seen.get(type)).toBeGreaterThan(20);
  });

  it('has every resource that the record names, and those of AssumeRole from its answer', () => {
    let roles = 0;
    for (const record of realRecords()) {
      const found = columnsOf(record).resources;
      const names = new Set(found.map(({ name }) => name));
      for (const { ARN } of (record['resources'] ?? []) as { ARN?: string }[])
        if (ARN !== undefined && ARN !== '') expect(names).toContain(ARN);
      const answer = (record['responseElements'] ?? {}) as {
        credentials?: { accessKeyId: string };
        assumedRoleUser?: { assumedRoleId: string; arn: string };
      };
      const { credentials, assumedRoleUser } = answer;
      if (record['eventName'] !== 'AssumeRole' || credentials === undefined) continue;
      roles++;
      expect(found).toContainEqual({ type: 'AWS::IAM::AccessKey', name: credentials.accessKeyId });
      expect(found.some(({ type }) => type === 'AWS::IAM::Role')).toBe(true);
      if (assumedRoleUser !== undefined)
        expect(found).toContainEqual({ type: 'AWS::STS::AssumedRole', name: assumedRoleUser.assumedRoleId });
    }
    expect(roles).toBeGreaterThan(50);
  });
});
