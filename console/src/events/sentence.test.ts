import { describe, expect, it } from 'vitest';

import { sentenceOf, sentenceText, shortName } from './sentence.ts';
import { fromLookup } from './trail-event.ts';

const alice = { type: 'IAMUser', userName: 'alice', accountId: '111111111111' };
const cli = 'aws-cli/2.15.0 md/awscrt Python/3.11';

describe('the sentence', () => {
  it('says who did what to which thing, from where and with what', () => {
    const record = {
      eventName: 'TerminateInstances',
      userIdentity: alice,
      sourceIPAddress: '203.0.113.9',
      userAgent: cli,
    };
    expect(say(record, [['AWS::EC2::Instance', 'i-0abc']])).toBe(
      'alice terminated instance i-0abc from 203.0.113.9 with the AWS CLI',
    );
  });

  it('never claims that a refused call took effect', () => {
    const record = {
      eventName: 'DeleteTable',
      userIdentity: alice,
      errorCode: 'AccessDenied',
      requestParameters: { tableName: 'ledger' },
    };
    expect(say(record)).toBe('alice tried to delete table ledger; denied');
  });

  it('claims neither that a call took effect nor that it failed where the answer was never seen', () => {
    for (const outcome of ['unknown', 'aborted']) {
      const record = {
        eventName: 'DeleteTable',
        userIdentity: alice,
        requestParameters: { tableName: 'ledger' },
        additionalEventData: { outcome },
      };
      expect(say(record)).toBe('alice tried to delete table ledger; whether it took effect is not known');
    }
  });

  it('names the error of a call that failed otherwise', () => {
    const record = {
      eventName: 'StopInstances',
      userIdentity: alice,
      errorCode: 'Client.InvalidInstanceID.NotFound',
    };
    expect(say(record)).toBe('alice tried to stop instances; failed: Client.InvalidInstanceID.NotFound');
  });

  it('does not take the mark of a hidden name for a name', () => {
    const userIdentity = { type: 'IAMUser', userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' };
    const record = { eventName: 'ConsoleLogin', userIdentity, responseElements: { ConsoleLogin: 'Failure' } };
    expect(say(record)).toBe('somebody whose name is hidden tried to sign in to the console; failed');
  });

  it('counts further things of the same kind', () => {
    const record = { eventName: 'TerminateInstances', userIdentity: alice };
    const resources = ['i-1', 'i-2', 'i-3'].map((name) => ['AWS::EC2::Instance', name] as const);
    expect(say(record, resources)).toBe('alice terminated instances i-1 and 2 more');
  });

  it('names session and role of a role session', () => {
    const userIdentity = {
      type: 'AssumedRole',
      principalId: 'AROAX:bob',
      sessionContext: { sessionIssuer: { userName: 'ops' } },
    };
    expect(say({ eventName: 'GetSecretValue', userIdentity })).toBe('bob (role ops) read secret value');
  });

  it.each([
    [
      'root',
      {
        eventName: 'ConsoleLogin',
        userIdentity: { type: 'Root', accountId: '1' },
        responseElements: { ConsoleLogin: 'Success' },
      },
      'the root user of 1 signed in to the console',
    ],
    [
      'a failed sign-in',
      {
        eventName: 'ConsoleLogin',
        userIdentity: alice,
        errorMessage: 'Failed authentication',
        responseElements: { ConsoleLogin: 'Failure' },
      },
      'alice tried to sign in to the console; failed',
    ],
    [
      'a service',
      {
        eventName: 'AssumeRole',
        userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
        sourceIPAddress: 'ec2.amazonaws.com',
        userAgent: 'ec2.amazonaws.com',
        requestParameters: { roleArn: 'arn:aws:iam::1:role/web' },
      },
      'ec2.amazonaws.com assumed role web',
    ],
    [
      'a name with a date',
      { eventName: 'CreateFunction20150331', userIdentity: alice, requestParameters: { functionName: 'f' } },
      'alice created function f',
    ],
    ['no known verb', { eventName: 'FrobnicateThing', userIdentity: alice }, 'alice called FrobnicateThing'],
    ['nothing at all', {}, 'somebody called '],
  ])('copes with %s', (_what, record, expected) => {
    expect(say(record)).toBe(expected);
  });

  it('says which key a KMS call used', () => {
    const record = { eventName: 'Decrypt', eventSource: 'kms.amazonaws.com', userIdentity: alice };
    expect(say(record, [['AWS::KMS::Key', 'arn:aws:kms:us-east-1:1:key/abc']])).toBe(
      'alice decrypted using key abc',
    );
  });
});

describe('shortName', () => {
  it.each([
    ['arn:aws:s3:::ledger/2026/a.csv', 'ledger/2026/a.csv'],
    ['arn:aws:iam::1:role/path/ops', 'ops'],
    ['arn:aws:dynamodb:us-east-1:1:table/ledger', 'ledger'],
    ['i-0abc', 'i-0abc'],
  ])('shortens %s to %s', (name, short) => {
    expect(shortName(name)).toBe(short);
  });
});

function say(record: object, resources: readonly (readonly [string, string])[] = []): string {
  const source = { CloudTrailEvent: JSON.stringify(record) };
  const list = resources.map(([ResourceType, ResourceName]) => ({ ResourceType, ResourceName }));
  return sentenceText(sentenceOf(fromLookup({ ...source, Resources: list })));
}
