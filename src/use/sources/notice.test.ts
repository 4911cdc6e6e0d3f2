import { describe, expect, it } from 'vitest';

import { readNotice } from './notice.ts';

const s3 = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: 'trail' }, object: { key, size: 1, eTag: 'x' } },
});
const sns = (message: string, more: object = {}) =>
  JSON.stringify({ Type: 'Notification', TopicArn: 'arn:aws:sns:us-east-1:1:t', Message: message, ...more });
const one = (key: string) => ({ kind: 'objects', objects: [{ bucket: 'trail', key }] });

describe('a notice', () => {
  it.each([
    ['of S3, its key as forms write it', JSON.stringify({ Records: [s3('a+b/%C3%A9.gz')] }), one('a b/é.gz')],
    ['of S3 in an envelope of SNS', sns(JSON.stringify({ Records: [s3('k')] })), one('k')],
    [
      'of CloudTrail',
      sns(JSON.stringify({ s3Bucket: 'trail', s3ObjectKey: ['a', 'b'] })),
      {
        kind: 'objects',
        objects: [
          { bucket: 'trail', key: 'a' },
          { bucket: 'trail', key: 'b' },
        ],
      },
    ],
    [
      'of EventBridge, its key as it is',
      JSON.stringify({
        'detail-type': 'Object Created',
        source: 'aws.s3',
        detail: { bucket: { name: 'trail' }, object: { key: 'a+b' } },
      }),
      one('a+b'),
    ],
    [
      'of several objects, removed ones among them',
      JSON.stringify({ Records: [s3('gone', 'ObjectRemoved:Delete'), s3('k', 's3:ObjectCreated:Copy')] }),
      one('k'),
    ],
  ])('%s names its objects', (_what, body, expected) => {
    expect(readNotice(body)).toEqual(expected);
  });

  it.each([
    [
      'a test of S3',
      JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'trail' }),
      'test',
    ],
    ['the validation of CloudTrail', sns('CloudTrail validation message.'), 'test'],
    ['a removal', JSON.stringify({ Records: [s3('k', 'ObjectRemoved:Delete')] }), 'other'],
    ['a confirmation of SNS', sns('You have chosen', { Type: 'SubscriptionConfirmation' }), 'other'],
    ['another event', JSON.stringify({ 'detail-type': 'Scheduled Event', source: 'aws.events' }), 'other'],
  ])('passes over %s', (_what, body, kind) => {
    expect(readNotice(body)).toEqual({ kind });
  });

  it.each([
    ['text', 'hello'],
    ['a list', '[1]'],
    ['no records', JSON.stringify({ Records: [] })],
    ['a record without a key', JSON.stringify({ Records: [{ s3: { bucket: { name: 'b' } } }] })],
    ['a key that is no text', JSON.stringify({ Records: [s3('%E0%A4%A')] })],
    ['keys that are none', JSON.stringify({ s3Bucket: 'b', s3ObjectKey: [1] })],
    ['envelopes without an end', sns(sns(sns(sns('{}'))))],
    ['something else', JSON.stringify({ hello: 1 })],
  ])('cannot be read where it is %s', (_what, body) => {
    expect(readNotice(body)).toMatchObject({ kind: 'unreadable', reason: expect.any(String) as string });
  });
});
