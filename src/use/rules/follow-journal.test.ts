import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ACCOUNT, OTHER, startRules, type TestRules } from '../../../test/kit/rules.ts';
import type { BusEvent } from './event.ts';

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;
const ANY = { source: [{ prefix: '' }] };

let test: TestRules;
beforeEach(async () => {
  test = await startRules();
});
afterEach(() => test.stop());

const heard = () => test.sent.map(({ text }) => JSON.parse(text) as BusEvent);
const names = () => heard().map(({ detail }) => detail['eventName']);

describe('a recorded call', () => {
  it('is on the default bus as AWS has it there, with its record', async () => {
    await test.put('all', { source: ['aws.dynamodb'] }, [TOPIC]);
    await test.record({ requestParameters: { tableName: 'ledger' } });
    const [event] = heard();
    expect(event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.dynamodb',
      account: ACCOUNT,
      time: '2026-11-30T09:59:59Z',
      region: 'us-east-1',
      resources: [],
      detail: expect.objectContaining({
        eventName: 'DeleteTable',
        requestParameters: { tableName: 'ledger' },
      }) as object,
    });
  });

  it.each([
    [
      'AWS Console Sign In via CloudTrail',
      { eventType: 'AwsConsoleSignIn', eventName: 'ConsoleLogin', eventSource: 'signin.amazonaws.com' },
      'aws.signin',
    ],
    [
      'AWS Service Event via CloudTrail',
      { eventType: 'AwsServiceEvent', eventSource: 'opentrail.amazonaws.com' },
      'aws.opentrail',
    ],
    [
      'AWS Insight via CloudTrail',
      { eventType: 'AwsCloudTrailInsight', eventCategory: 'Insight' },
      'aws.cloudtrail',
    ],
  ])('is told apart by its detail type: %s', async (type, record, source) => {
    await test.put('all', ANY, [TOPIC]);
    await test.record(record);
    expect(heard()).toMatchObject([{ 'detail-type': type, source }]);
  });

  it('fires only rules of its own account and region', async () => {
    await test.put('all', ANY, [TOPIC]);
    await test.record({ recipientAccountId: OTHER }, { awsRegion: 'eu-west-1' }, { eventName: 'Own' });
    expect(names()).toEqual(['Own']);
  });

  it('fires no rule by default when it only reads, unless its name begins in another way', async () => {
    await test.put('all', ANY, [TOPIC]);
    const read = (eventName: string, more = {}) => ({ eventName, readOnly: true, ...more });
    await test.record(read('DescribeTable'), read('GetUser'), read('ListTables'), read('AssumeRole'));
    await test.record(read('GetObject', { eventCategory: 'Data', managementEvent: false }));
    expect(names()).toEqual(['AssumeRole', 'GetObject']);
    await test.put('all', ANY, [TOPIC], { State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' });
    await test.record(read('ListTables'));
    expect(names()).toEqual(['AssumeRole', 'GetObject', 'ListTables']);
  });

  it('fires nothing when it is imported, made up, or a delivery of our own', async () => {
    await test.put('all', ANY, [TOPIC]);
    const own = {
      userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
      sourceIPAddress: 'cloudtrail.amazonaws.com',
    };
    await test.record(test.entry({}, 'imported'), test.entry({}, 'demo'), own);
    expect(names()).toEqual([]);
    // The same as another cloud tells it is news.
    await test.record(test.entry(own, 'ingested'));
    expect(names()).toEqual(['DeleteTable']);
  });

  it('is not sent when it is larger than 256 KB', async () => {
    await test.put('all', ANY, [TOPIC]);
    await test.record({ requestParameters: { x: 'y'.repeat(257 * 1024) } }, { eventName: 'Small' });
    expect(names()).toEqual(['Small']);
    expect(await test.metrics.metrics()).toContain('opentrail_rule_events_total{result="too large"} 1');
  });

  it('fires once, also when the journal is read again', async () => {
    await test.put('all', ANY, [TOPIC]);
    const entries = [test.entry({ eventName: 'One' }), test.entry({ eventName: 'Two' })];
    await test.record(...entries);
    await test.record(...entries, test.entry({ eventName: 'Three' }));
    expect(names()).toEqual(['One', 'Two', 'Three']);
  });

  it('fires rules as they are at the time: changed, disabled, deleted', async () => {
    await test.put('all', { detail: { eventName: ['One'] } }, [TOPIC]);
    await test.record({ eventName: 'One' });
    await test.call('PutRule', {
      Name: 'all',
      EventPattern: JSON.stringify({ detail: { eventName: ['Two'] } }),
    });
    await test.record({ eventName: 'One' }, { eventName: 'Two' });
    await test.call('DisableRule', { Name: 'all' });
    await test.record({ eventName: 'Two' });
    await test.call('EnableRule', { Name: 'all' });
    await test.call('RemoveTargets', { Rule: 'all', Ids: ['t0'] });
    await test.record({ eventName: 'Two' });
    expect(names()).toEqual(['One', 'Two']);
  });
});
