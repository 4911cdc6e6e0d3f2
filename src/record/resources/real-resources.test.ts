import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { REAL_RECORDS, realRecords, serviceOf, type RealRecord } from '../../../test/kit/real-records.ts';
import { dataEventType } from '../kinds/data-events.ts';
import { recordResources } from './record-resources.ts';

type Resource = { readonly ARN?: string; readonly type?: string; readonly accountId?: string };

/** Of these the key's ARN is in KMS's answer alone, which a record of a read does not show. */
const ONLY_IN_THE_ANSWER = new Set(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey']);

/** Whoever published these records replaced names in the ARN otherwise than in the parameters. */
const ANONYMISED = [
  /^arn:aws:kms:.*:key\/testuser102$/,
  /^arn:aws:ssm:[\w-]*::mockuser20\//,
  /^arn:aws:ses:us-east-1:111122223333:identity\/sender@example\.com$/,
];

function derived(record: RealRecord, elements: RealRecord): readonly Resource[] | undefined {
  const operation = String(record['eventName']);
  return recordResources(serviceOf(record), {
    operation,
    dataType: dataEventType(serviceOf(record), operation),
    region: String(record['awsRegion']),
    account: String(record['recipientAccountId']),
    parameters: (record['requestParameters'] ?? {}) as RealRecord,
    elements,
  });
}

const elementsOf = (record: RealRecord) => (record['responseElements'] ?? {}) as RealRecord;

describe.skipIf(!existsSync(REAL_RECORDS))("the real records' resources", () => {
  it('follow from the parameters, or from an answer that the record does not show', () => {
    const counts = { real: 0, fromTheRecord: 0, fromTheAnswer: 0, anonymised: 0 };
    const missed: string[] = [];
    for (const record of realRecords()) {
      const arns = new Set(derived(record, elementsOf(record))?.map(({ ARN }) => ARN));
      const name = `${serviceOf(record)}:${String(record['eventName'])}`;
      for (const { ARN = '' } of (record['resources'] ?? []) as Resource[]) {
        counts.real++;
        if (arns.has(ARN)) counts.fromTheRecord++;
        else if (ANONYMISED.some((form) => form.test(ARN))) counts.anonymised++;
        else if (ONLY_IN_THE_ANSWER.has(name) && derived(record, { keyId: ARN })?.[0]?.ARN === ARN)
          counts.fromTheAnswer++;
        else missed.push(`${name} ${ARN}`);
      }
    }
    console.log('resources of the real records', counts);
    expect(missed).toEqual([]);
    expect(counts.fromTheRecord).toBeGreaterThan(1500);
  });

  it('have the members and types that ours have', () => {
    for (const record of realRecords()) {
      const ours = new Map(derived(record, elementsOf(record))?.map((one) => [one.ARN, one]));
      for (const real of (record['resources'] ?? []) as Resource[]) {
        const own = ours.get(real.ARN);
        if (own === undefined) continue;
        expect(JSON.parse(JSON.stringify(own))).toEqual({ ...real, accountId: expect.any(String) as string });
      }
    }
  });

  it('are there wherever a call that succeeded gives us any', () => {
    const extra = [...realRecords()]
      .filter((record) => record['resources'] === undefined && record['errorCode'] === undefined)
      .filter((record) => derived(record, elementsOf(record)) !== undefined)
      .map((record) => `${serviceOf(record)}:${String(record['eventName'])}`);
    expect([...new Set(extra)]).toEqual([]);
  });
});

describe('resources', () => {
  const question = {
    operation: 'BatchWriteItem',
    dataType: 'AWS::DynamoDB::Table',
    region: 'us-east-1',
    account: '123456789012',
    elements: {},
  };

  it('are at most a thousand, whatever a call names', () => {
    const requestItems = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`t${index}`, []]));
    expect(recordResources('dynamodb', { ...question, parameters: { requestItems } })).toHaveLength(1000);
  });

  it('take nothing from a prototype and survive any parameters', () => {
    const hostile = [
      { requestItems: JSON.parse('{"__proto__":{"x":1}}') as unknown, tableName: { toString: 'x' } },
      { transactItems: [null, 7, [[]], { put: null }, { put: { tableName: 5 } }] },
      { requestItems: 'text', transactItems: 'text' },
    ];
    for (const parameters of hostile) {
      for (const one of recordResources('dynamodb', { ...question, parameters }) ?? [])
        expect(one.ARN ?? '').toMatch(/^$|^arn:aws:dynamodb:us-east-1:123456789012:table\//);
    }
    expect(
      recordResources('constructor', { ...question, dataType: undefined, parameters: {} }),
    ).toBeUndefined();
  });
});
