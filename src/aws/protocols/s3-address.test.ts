import { describe, expect, it } from 'vitest';

import { bucketAndKey, toPathStyle } from './s3-address.ts';

function request(host: string, path: string) {
  return { method: 'GET', path, query: 'a=1', headers: { host, 'x-other': '1' } };
}

describe('bucketAndKey', () => {
  it.each([
    ['localhost:4680', '/', undefined],
    ['localhost:4680', '/bucket', { bucket: 'bucket', key: '' }],
    ['localhost:4680', '/bucket/', { bucket: 'bucket', key: '' }],
    ['localhost:4680', '/bucket/a%2Fb/c', { bucket: 'bucket', key: 'a/b/c' }],
    ['127.0.0.1:4680', '/bucket/%zz', { bucket: 'bucket', key: '%zz' }],
    ['s3.amazonaws.com', '/bucket/k', { bucket: 'bucket', key: 'k' }],
    ['bucket.s3.amazonaws.com', '/k', { bucket: 'bucket', key: 'k' }],
    ['bucket.s3.dualstack.eu-west-1.amazonaws.com', '/k', { bucket: 'bucket', key: 'k' }],
    ['a.s3.b.s3-accelerate.amazonaws.com', '/', { bucket: 'a.s3.b', key: '' }],
    ['bucket.s3.example.internal:9000', '/k', { bucket: 'bucket', key: 'k' }],
    ['bucket.localhost:4680', '/k', { bucket: 'bucket', key: 'k' }],
    ['a.b.127.0.0.1.nip.io:4680', '/k', { bucket: 'a.b', key: 'k' }],
    ['127.0.0.1.nip.io:4680', '/bucket/k', { bucket: 'bucket', key: 'k' }],
    ['bucket.127-0-0-1.sslip.io', '/k', { bucket: 'bucket', key: 'k' }],
    ['123456789012.s3-control.eu-west-1.amazonaws.com', '/v20180820/x', { bucket: 'v20180820', key: 'x' }],
    ['storage.example.org', '/bucket/k', { bucket: 'bucket', key: 'k' }],
    ['[::1]:4680', '/bucket/k', { bucket: 'bucket', key: 'k' }],
    ['', '/bucket/k', { bucket: 'bucket', key: 'k' }],
  ])('%s %s', (host, path, expected) => {
    expect(bucketAndKey(request(host, path))).toEqual(expected);
  });
});

describe('toPathStyle', () => {
  it('moves the bucket from the host to the path, and a second time changes nothing', () => {
    const once = toPathStyle(request('bucket.s3.amazonaws.com:443', '/k'));
    expect(once).toEqual({
      method: 'GET',
      path: '/bucket/k',
      query: 'a=1',
      headers: { host: 's3.amazonaws.com:443', 'x-other': '1' },
    });
    expect(toPathStyle(once)).toBe(once);
  });
});
