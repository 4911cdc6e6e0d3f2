import { describe, expect, it } from 'vitest';

import {
  checkSubscriptionDeliveryPolicy,
  checkTopicDeliveryPolicy,
  delayBefore,
  httpPolicyOf,
  SMTP_RETRIES,
  AWS_RETRIES,
  type RetryPolicy,
} from './delivery-policy.ts';

const seconds = (retries: number, policy: RetryPolicy) =>
  Array.from({ length: retries }, (_, index) => delayBefore(index + 1, policy, () => 0)).map((ms) =>
    ms === undefined ? undefined : ms / 1000,
  );

describe('a delivery policy', () => {
  it('tries webhooks three times more, 20 seconds apart, unless it says otherwise', () => {
    expect(seconds(4, httpPolicyOf(null, null).retry)).toEqual([20, 20, 20, undefined]);
  });

  it('has four phases', () => {
    const http = {
      defaultHealthyRetryPolicy: {
        minDelayTarget: 1,
        maxDelayTarget: 9,
        numRetries: 8,
        numNoDelayRetries: 1,
        numMinDelayRetries: 2,
        numMaxDelayRetries: 2,
        backoffFunction: 'linear',
      },
    };
    const { retry } = httpPolicyOf(JSON.stringify({ http }), null);
    expect(seconds(9, retry)).toEqual([0, 1, 1, 1, 5, 9, 9, 9, undefined]);
  });

  it('takes as long for queues and mails as in AWS', () => {
    expect(seconds(6, AWS_RETRIES)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(delayBefore(15, AWS_RETRIES, () => 0)).toBe(20_000);
    expect(delayBefore(100_016, AWS_RETRIES)).toBeUndefined();
    const mails = seconds(50, SMTP_RETRIES) as number[];
    expect(mails.slice(0, 3)).toEqual([10, 10, 10]);
    expect(mails.at(-1)).toBe(600);
    expect(mails.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(6 * 3600);
  });

  it('of a subscription goes before that of its topic, unless the topic forbids it', () => {
    const own = JSON.stringify({
      healthyRetryPolicy: { numRetries: 7 },
      throttlePolicy: { maxReceivesPerSecond: 2 },
    });
    const topic = (disableSubscriptionOverrides: boolean) =>
      JSON.stringify({
        http: { defaultHealthyRetryPolicy: { numRetries: 5 }, disableSubscriptionOverrides },
      });
    expect(httpPolicyOf(topic(false), own)).toMatchObject({
      retry: { numRetries: 7 },
      maxReceivesPerSecond: 2,
    });
    expect(httpPolicyOf(topic(true), own)).toMatchObject({
      retry: { numRetries: 5 },
      maxReceivesPerSecond: undefined,
    });
  });

  it.each([
    ['failed to parse JSON', '{'],
    ['http', '{"x":1}'],
    [
      'http.defaultHealthyRetryPolicy.numRetries',
      '{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}',
    ],
    ['maxDelayTarget', '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":30}}}'],
    ['3600 seconds', '{"http":{"defaultHealthyRetryPolicy":{"numRetries":100,"maxDelayTarget":3600}}}'],
  ])('is refused: %s', (why, policy) => {
    expect(() => checkTopicDeliveryPolicy(policy)).toThrow(why);
  });

  it('cannot smuggle a header', () => {
    const policy = JSON.stringify({ requestPolicy: { headerContentType: 'text/plain\r\nx-evil: 1' } });
    expect(() => checkSubscriptionDeliveryPolicy(policy)).toThrow('requestPolicy.headerContentType');
  });
});
