import { existsSync, globSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { parseRecords } from '../../../src/record/slice-records.ts';
import { compileFilterPattern } from '../../../src/use/logs/filter-pattern/compile.ts';

const VECTORS = '../shared/vectors';

type Json = Readonly<Record<string, unknown>>;

const at = (record: Json, ...way: readonly string[]): unknown =>
  way.reduce<unknown>((value, name) => (value as Json | null | undefined)?.[name], record);
const named =
  (names: string, source?: string) =>
  (record: Json): boolean =>
    names.split(' ').includes(String(record['eventName'])) &&
    (source === undefined || record['eventSource'] === source);

/** What each filter of the benchmark asks for, read plainly. */
const ASKED: Readonly<Record<string, (record: Json) => boolean>> = {
  'use-of-root-account-count': (record) =>
    at(record, 'userIdentity', 'type') === 'Root' &&
    !Object.hasOwn(record['userIdentity'] as object, 'invokedBy') &&
    record['eventType'] !== undefined &&
    record['eventType'] !== 'AwsServiceEvent',
  'authorization-failure-count': ({ errorCode = '' }) =>
    String(errorCode).endsWith('UnauthorizedOperation') || String(errorCode).startsWith('AccessDenied'),
  'console-signin-without-mfa-count': (record) => {
    const used = at(record, 'additionalEventData', 'MFAUsed');
    return record['eventName'] === 'ConsoleLogin' && used !== undefined && used !== 'Yes';
  },
  'iam-policy-event-count': named(
    'DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy AttachGroupPolicy DetachGroupPolicy',
  ),
  'cloud-trail-event-count': named('CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging'),
  'console-sign-in-failure-count': (record) =>
    record['eventName'] === 'ConsoleLogin' && record['errorMessage'] === 'Failed authentication',
  'kms-key-pending-deletion-error-count': named('DisableKey ScheduleKeyDeletion', 'kms.amazonaws.com'),
  's3-bucket-policy-event-count': named(
    'PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication',
    's3.amazonaws.com',
  ),
  'aws-config-change-count': named(
    'StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder',
    'config.amazonaws.com',
  ),
  'security-group-event-count': named(
    'AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup',
  ),
  'network-acl-event-count': named(
    'CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry ReplaceNetworkAclAssociation',
  ),
  'gateway-event-count': named(
    'CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway DeleteInternetGateway DetachInternetGateway',
  ),
  'route-table-changes-count': named(
    'CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute DisassociateRouteTable',
  ),
  'vpc-event-count': named(
    'CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection DeleteVpcPeeringConnection RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink',
  ),
  'ec2-instance-event-count': named(
    'RunInstances RebootInstances StartInstances StopInstances TerminateInstances',
  ),
  'ec2-large-instance-event-count': (record) =>
    record['eventName'] === 'RunInstances' &&
    /\.(4|8|10|12|16|24)xlarge$/.test(String(at(record, 'requestParameters', 'instanceType'))),
};

describe.skipIf(!existsSync(VECTORS))('the filters of the CIS benchmark over real records', () => {
  it('match exactly the records that they are meant for', () => {
    const records = globSync(`${VECTORS}/records/**/*.{ndjson,json.gz}`).flatMap((file) => {
      const bytes = readFileSync(file);
      return [...parseRecords(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)].flatMap((one) =>
        'record' in one ? [one.record] : [],
      );
    });
    expect(records.length).toBeGreaterThan(4000);
    const messages = records.map((record) => JSON.stringify(record));
    const patterns = readFileSync(`${VECTORS}/filter-patterns/cis.ndjson`, 'utf8').trim().split('\n');
    const seen = new Map<string, number>();
    for (const row of patterns) {
      const { name, pattern } = JSON.parse(row) as { name: string; pattern: string };
      const { matches, contains } = compileFilterPattern(pattern);
      const found = messages.flatMap((message, index) => (matches(message) ? [index] : []));
      expect(found, name).toEqual(
        records.flatMap((record, index) => (ASKED[name]?.(record) === true ? [index] : [])),
      );
      for (const index of found)
        for (const texts of contains)
          expect(texts.some((text) => messages[index]?.includes(text))).toBe(true);
      seen.set(name, found.length);
    }
    expect([...seen.values()].filter((count) => count > 0).length).toBeGreaterThan(8);
  });
});
