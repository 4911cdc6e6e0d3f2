import { describe, expect, it } from 'vitest';

import { loggedBy, trailSelectors } from './readable.ts';

describe('what a trail logs', () => {
  it('is asked by its ARN', async () => {
    const asked: unknown[] = [];
    const cloudtrail = (operation: string, input: unknown) => {
      asked.push(operation, input);
      return Promise.resolve({ EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }] });
    };
    expect(await trailSelectors({ cloudtrail }, 'arn')).toEqual([{ what: 'Management events', which: [] }]);
    expect(asked).toEqual(['GetEventSelectors', { TrailName: 'arn' }]);
  });

  it('is told of basic selectors', () => {
    const EventSelectors = [
      {
        ReadWriteType: 'WriteOnly',
        IncludeManagementEvents: true,
        DataResources: [
          { Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::ledger/', 'arn:aws:s3:::logs/a'] },
          { Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda'] },
        ],
        ExcludeManagementEventSources: ['kms.amazonaws.com'],
      },
      { ReadWriteType: 'All', IncludeManagementEvents: false, DataResources: [] },
    ];
    expect(loggedBy({ EventSelectors })).toEqual([
      { what: 'Management events', which: ['writes only', 'without KMS'] },
      { what: 'S3 objects', which: ['ledger/', 'logs/a', 'writes only'] },
      { what: 'Lambda functions', which: ['all', 'writes only'] },
    ]);
  });

  it('is told of advanced ones, with their names and conditions', () => {
    const AdvancedEventSelectors = [
      {
        Name: 'the ledger',
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          { Field: 'resources.ARN', StartsWith: ['a', 'b'], NotEndsWith: ['.tmp', '.log'] },
          { Field: 'readOnly', Equals: ['false'] },
        ],
      },
      { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
      {
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::SQS::Queue'] },
        ],
      },
    ];
    expect(loggedBy({ AdvancedEventSelectors })).toEqual([
      {
        what: 'S3 objects',
        which: [
          '“the ledger”',
          'resources.ARN starts with a or b',
          'resources.ARN does not end with .tmp and .log',
          'writes only',
        ],
      },
      { what: 'Management events', which: [] },
      { what: 'AWS::SQS::Queue', which: [] },
    ]);
  });
});
