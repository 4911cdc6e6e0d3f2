import { describe, expect, it } from 'vitest';

import { fromRecord } from '../../../events/trail-event.ts';
import { busEventOf, isQuiet } from './bus-event.ts';
import { compile, judge } from './judge.ts';
import { isNarrowed, narrowed, narrowingsOf, patternOf } from './narrow.ts';
import { laidOut, phrasesOf } from './readable.ts';

const event = fromRecord(
  JSON.stringify({
    eventID: '11111111-1111-1111-1111-111111111111',
    eventName: 'DeleteBucket',
    eventSource: 's3.amazonaws.com',
    eventTime: '2026-01-02T03:04:05Z',
    eventType: 'AwsApiCall',
    awsRegion: 'us-east-1',
    recipientAccountId: '123456789012',
    sourceIPAddress: '203.0.113.9',
    errorCode: 'AccessDenied',
    readOnly: false,
    userIdentity: { type: 'IAMUser', userName: 'alice', arn: 'arn:aws:iam::123456789012:user/alice' },
    requestParameters: { bucketName: 'ledger' },
  }),
);

function verdict(pattern: object) {
  const compiled = compile(JSON.stringify(pattern));
  if (!compiled.pattern) throw new TypeError(compiled.problem);
  return judge(compiled.pattern, event);
}

describe('trying a pattern on a recorded event', () => {
  it('says that it matches', () => {
    expect(verdict({ source: ['aws.s3'], detail: { eventName: [{ prefix: 'Delete' }] } })).toEqual({
      matches: true,
      why: [],
    });
  });

  it('says what is in the way, of the nearest alternative', () => {
    expect(verdict({ detail: { eventName: ['PutBucket'], errorCode: ['AccessDenied'] } }).why).toEqual([
      'eventName is "DeleteBucket"',
    ]);
    expect(verdict({ detail: { vpcEndpointId: [{ exists: true }] } }).why).toEqual([
      'vpcEndpointId is not there',
    ]);
    expect(verdict({ detail: { errorCode: [{ exists: false }] } }).why).toEqual([
      'errorCode is "AccessDenied"',
    ]);
    const either = [{ eventName: ['A'], awsRegion: ['b'] }, { eventName: ['C'] }];
    expect(verdict({ detail: { $or: either } }).why).toEqual(['eventName is "DeleteBucket"']);
  });

  it('says what is wrong with the pattern in the server’s words', () => {
    expect(compile('{"source": "aws.s3"}').problem).toContain('"source" must be an object or an array');
    expect(compile(' ').problem).toBe('Enter a pattern.');
  });
});

describe('a rule for what happened', () => {
  it('begins with the same call of the same service', () => {
    const { pattern } = compile(patternOf(event));
    expect(pattern && judge(pattern, event).matches).toBe(true);
    expect(JSON.parse(patternOf(event))).toEqual({
      source: ['aws.s3'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: { eventSource: ['s3.amazonaws.com'], eventName: ['DeleteBucket'] },
    });
  });

  it('is narrowed to who, how and from where, and widened again', () => {
    const start = patternOf(event);
    const options = narrowingsOf(event);
    expect(options.map(({ label }) => label)).toEqual([
      'by alice',
      'failing with AccessDenied',
      'from 203.0.113.9',
    ]);
    let text = start;
    for (const option of options) {
      expect(isNarrowed(text, option)).toBe(false);
      text = narrowed(text, option, true);
      expect(isNarrowed(text, option)).toBe(true);
      const { pattern } = compile(text);
      expect(pattern && judge(pattern, event).matches).toBe(true);
    }
    for (const option of options) text = narrowed(text, option, false);
    expect(text).toBe(start);
    expect(isNarrowed('{', options[0]!)).toBeUndefined();
  });

  it('knows sign-ins and reads from other calls', () => {
    const signIn = { ...event, record: { ...event.record, eventType: 'AwsConsoleSignIn' } };
    expect(busEventOf(signIn)['detail-type']).toBe('AWS Console Sign In via CloudTrail');
    expect(isQuiet(event)).toBe(false);
    expect(isQuiet({ ...event, readOnly: true, name: 'ListBuckets' })).toBe(true);
  });
});

describe('a pattern for reading', () => {
  it('is laid out with short lists on one line', () => {
    expect(laidOut('{"source":["aws.s3"],"detail":{"eventName":["A",{"prefix":"B"}]}}')).toBe(
      '{\n  "source": ["aws.s3"],\n  "detail": {\n    "eventName": ["A", { "prefix": "B" }]\n  }\n}',
    );
    expect(laidOut('{"no json')).toBe('{"no json');
  });

  it('is said in phrases', () => {
    const pattern = {
      source: ['aws.s3'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: {
        eventName: [{ prefix: 'Delete' }, 'PutBucketPolicy'],
        errorCode: [{ exists: false }],
        userIdentity: { type: [{ 'anything-but': ['Root', 'AWSService'] }] },
        $or: [{ awsRegion: ['eu-west-1'] }, { sourceIPAddress: [{ cidr: '10.0.0.0/8' }] }],
      },
    };
    expect(phrasesOf(JSON.stringify(pattern))).toEqual([
      'source aws.s3',
      'eventName Delete… or PutBucketPolicy',
      'errorCode is not there',
      'userIdentity.type not Root or AWSService',
      'awsRegion eu-west-1, or sourceIPAddress 10.0.0.0/8',
    ]);
  });
});
