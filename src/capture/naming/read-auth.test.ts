import { describe, expect, it } from 'vitest';

import { readAuth } from './read-auth.ts';

describe('readAuth', () => {
  it('reads a key that has slashes itself', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=team/a/key/20260101/r-1/s3/aws4_request,SignedHeaders=host,Signature=x';
    expect(readAuth({ authorization }, '')).toMatchObject({
      accessKeyId: 'team/a/key',
      region: 'r-1',
      service: 's3',
    });
  });

  it('takes the region of a SigV4A signature from its region set', () => {
    const authorization =
      'AWS4-ECDSA-P256-SHA256 Credential=AKID/20260101/s3/aws4_request, SignedHeaders=host, Signature=x';
    expect(readAuth({ authorization, 'x-amz-region-set': 'eu-west-1,eu-west-2' }, '')).toMatchObject({
      accessKeyId: 'AKID',
      region: 'eu-west-1',
      service: 's3',
    });
    expect(readAuth({ authorization, 'x-amz-region-set': '*' }, '').region).toBeUndefined();
  });

  it('takes a bearer token for no AWS signature', () => {
    expect(readAuth({ authorization: 'Bearer abc' }, '').kind).toBe('none');
  });

  it('is not misled by a parameter that only ends like the credential', () => {
    expect(readAuth({}, 'NotX-Amz-Credential=a%2F1%2Fr%2Fs%2Faws4_request').kind).toBe('none');
  });
});
