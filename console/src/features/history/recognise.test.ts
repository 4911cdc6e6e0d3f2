import { describe, expect, it } from 'vitest';

import { recognise } from './recognise.ts';

describe('recognise', () => {
  it.each([
    ['AKIATFQR7NSC8Q4X20BJ', 'AccessKeyId'],
    ['ASIAIOSFODNN7EXAMPLE', 'AccessKeyId'],
    ['203.0.113.9', 'SourceIPAddress'],
    ['2001:db8::1', 'SourceIPAddress'],
    ['10e1548f-893e-46f6-852a-25a9f8cf93e1', 'EventId'],
    ['arn:aws:iam::123456789012:user/alice', 'UserArn'],
    ['arn:aws:sts::123456789012:assumed-role/ops/alice', 'UserArn'],
    ['arn:aws:s3:::ledger', 'ResourceName'],
    ['arn:aws:iam::123456789012:role/ops', 'ResourceName'],
    ['AWS::EC2::Instance', 'ResourceType'],
    ['ec2.amazonaws.com', 'EventSource'],
    ['eu-central-1', 'AwsRegion'],
    ['i-0abcdef1234567890', 'ResourceName'],
  ])('reads %s as %s', (text, key) => {
    expect(recognise(text)).toEqual({
      kind: 'condition',
      condition: { key, operator: 'equals', values: [text] },
    });
  });

  it('reads twelve digits as an account, with or without dashes', () => {
    expect(recognise('123456789012')).toEqual({ kind: 'account', account: '123456789012' });
    expect(recognise('1234-5678-9012')).toEqual({ kind: 'account', account: '123456789012' });
  });

  it('reads the start of an address as a prefix', () => {
    expect(recognise('10.0.')).toMatchObject({ condition: { operator: 'prefix', values: ['10.0.'] } });
  });

  it('drops the quotes and commas that copying brings along', () => {
    expect(recognise(' "203.0.113.9", ')).toMatchObject({ condition: { values: ['203.0.113.9'] } });
  });

  it('leaves words to the data, event names foremost where they look like one', () => {
    expect(firstKey('TerminateInstances')).toBe('EventName');
    expect(firstKey('AccessDenied')).toBe('ErrorCode');
    expect(firstKey('alice')).toBe('Username');
    const result = recognise('terminate');
    expect(result).toMatchObject({ kind: 'ambiguous' });
    expect(JSON.stringify(result)).toContain('{"key":"EventName","text":"Terminate"}');
  });

  it('makes nothing of nothing', () => {
    expect(recognise('  ')).toBeUndefined();
  });
});

function firstKey(text: string): string | undefined {
  const result = recognise(text);
  return result?.kind === 'ambiguous' ? result.candidates[0]?.key : undefined;
}
