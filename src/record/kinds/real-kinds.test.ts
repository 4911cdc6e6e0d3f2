import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { REAL_RECORDS, realRecords, serviceOf } from '../../../test/kit/real-records.ts';
import { createModels } from '../../aws/models/index.ts';
import { eventNameOf } from '../renames.ts';
import { loadAccessLevels, type AccessLevels } from './access-levels.ts';
import { isDataEvent } from './data-events.ts';
import { isReadOnly } from './read-only.ts';

/** Names in real records that no operation of a published model has. */
const NOT_IN_THE_MODELS = new Map(
  [
    ['the AWS console alone calls it', 'rds:DescribeRecommendationGroups rds:DescribeRecommendations'],
    ['the AWS console alone calls it', 's3:GetStorageLensDashboardDataInternal'],
    [
      'an operation of S3 Control, whose model is not installed',
      's3:GetAccountPublicAccessBlock s3:GetStorageLensConfiguration s3:ListAccessPoints',
    ],
    [
      'the SSM agent alone calls it',
      'ssm:ListInstanceAssociations ssm:UpdateInstanceAssociationStatus ssm:UpdateInstanceInformation',
    ],
  ].flatMap(([reason = '', names = '']) => names.split(' ').map((name) => [name, reason] as const)),
);

/** `GetFunction20150331v2` → `GetFunction`. */
const undated = (name: string) => name.replace(/20\d\d_?\d\d_?\d\d(v\d)?$/, '');

async function levelsOf(services: Iterable<string>): Promise<ReadonlyMap<string, AccessLevels>> {
  const levels = new Map<string, AccessLevels>();
  for (const service of services)
    if (!levels.has(service)) levels.set(service, await loadAccessLevels(service));
  return levels;
}

describe.skipIf(!existsSync(REAL_RECORDS))('what the real records say of their calls', () => {
  it('is what we say of them: read or write, management or data', async () => {
    const levels = await levelsOf([...realRecords()].map(serviceOf));
    const agreement = new Map<string, { agree: number; differ: number }>();
    for (const record of realRecords()) {
      const service = serviceOf(record);
      const operation = undated(String(record['eventName']));
      const count = agreement.get(`${service}:${operation}`) ?? { agree: 0, differ: 0 };
      agreement.set(`${service}:${operation}`, count);
      const { readOnly, managementEvent } = record;
      if (typeof readOnly === 'boolean')
        count[isReadOnly(service, operation, levels.get(service)) === readOnly ? 'agree' : 'differ']++;
      if (typeof managementEvent === 'boolean')
        count[isDataEvent(service, operation) !== managementEvent ? 'agree' : 'differ']++;
    }
    const total = { agree: 0, differ: 0 };
    for (const { agree, differ } of agreement.values())
      Object.assign(total, { agree: total.agree + agree, differ: total.differ + differ });
    console.log(`readOnly and managementEvent of ${agreement.size} event names`, total);
    expect([...agreement].filter(([, { differ }]) => differ > 0)).toEqual([]);
    expect(total.agree).toBeGreaterThan(9000);
  });

  it('is under a name that one of our operations gets', async () => {
    const models = createModels();
    const unknown = new Set<string>();
    for (const record of realRecords()) {
      const service = serviceOf(record);
      const model = await models.load(service);
      if (model === undefined) continue;
      const name = String(record['eventName']);
      const named = [...model.operations.keys()].some(
        (operation) => eventNameOf({ service, operation }) === name,
      );
      if (!named) unknown.add(`${service}:${name}`);
    }
    expect([...unknown].sort()).toEqual([...NOT_IN_THE_MODELS.keys()].sort());
  });
});

describe('the kind of a call', () => {
  it('is data for every message, item and object, and management for what holds them', () => {
    for (const call of [
      's3 UploadPartCopy',
      's3 HeadBucket',
      'dynamodb TransactWriteItems',
      'sqs SendMessageBatch',
      'sns PublishBatch',
      'lambda Invoke',
      'kinesis SubscribeToShard',
      'states StartSyncExecution',
    ])
      expect(isDataEvent(...(call.split(' ') as [string, string])), call).toBe(true);
    for (const call of [
      's3 CreateBucket',
      's3 ListMultipartUploads',
      'dynamodb CreateTable',
      'sqs PurgeQueue',
      'sns Subscribe',
      'lambda CreateFunction',
      'bedrock InvokeModel',
      'states StartExecution',
    ])
      expect(isDataEvent(...(call.split(' ') as [string, string])), call).toBe(false);
  });
});
