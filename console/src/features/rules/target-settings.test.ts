import { describe, expect, it } from 'vitest';

import { settingsOf, settingsProblems, WHOLE_EVENT, withSettings } from './target-settings.ts';

const place = { accountId: '123456789012', region: 'us-east-1' };
const target = { Id: 'a', Arn: 'arn:aws:sqs:us-east-1:123456789012:q' };
const whole = {
  ...target,
  SqsParameters: { MessageGroupId: 'g' },
  InputTransformer: { InputPathsMap: { who: '$.detail.userIdentity.arn' }, InputTemplate: '"<who>"' },
  RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 },
  DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:123456789012:dead' },
};

describe('a target’s settings', () => {
  it('come back as they were', () => {
    for (const one of [target, whole, { ...target, Input: '"x"' }, { ...target, InputPath: '$.detail' }])
      expect(withSettings(one, settingsOf(one), place)).toEqual(one);
  });

  it('are replaced, and the rest stays', () => {
    expect(withSettings(whole, { ...WHOLE_EVENT, deadLetters: 'dlq', attempts: '0' }, place)).toEqual({
      ...target,
      SqsParameters: { MessageGroupId: 'g' },
      RetryPolicy: { MaximumRetryAttempts: 0 },
      DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:123456789012:dlq' },
    });
  });

  it.each([
    ['path', { gets: 'part', path: 'detail' }],
    ['fixed', { gets: 'fixed', fixed: 'hello' }],
    ['paths', { gets: 'made', paths: '{"a": 1}' }],
    ['template', { gets: 'made', template: '' }],
    ['attempts', { attempts: '186' }],
    ['age', { age: '59' }],
    ['deadLetters', { deadLetters: 'q.fifo' }],
  ] as const)('tell what is wrong with %s', (field, given) => {
    expect(Object.keys(settingsProblems({ ...WHOLE_EVENT, ...given }))).toEqual([field]);
  });
});
