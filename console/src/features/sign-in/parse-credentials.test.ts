import { describe, expect, it } from 'vitest';

import { parseCredentials } from './parse-credentials.ts';

const id = 'AKIAIOSFODNN7EXAMPLE';
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

describe('parseCredentials', () => {
  it.each([
    [
      'export lines',
      `export AWS_ACCESS_KEY_ID=${id}\nexport AWS_SECRET_ACCESS_KEY='${secret}'\nunset AWS_SESSION_TOKEN`,
    ],
    ['a profile', `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`],
    ['JSON', JSON.stringify({ AccessKey: { AccessKeyId: id, SecretAccessKey: secret } })],
    ['a CSV', `Access key ID,Secret access key\r\n${id},${secret}\r\n`],
  ])('reads %s', (_what, text) => {
    expect(parseCredentials(text)).toEqual({ accessKeyId: id, secretAccessKey: secret });
  });

  it('takes the session token of temporary keys along', () => {
    const text = JSON.stringify({
      AccessKeyId: id,
      SecretAccessKey: secret,
      SessionToken: 'FwoGZXIvYXdzEXAMPLE==',
    });
    expect(parseCredentials(text)?.sessionToken).toBe('FwoGZXIvYXdzEXAMPLE==');
  });

  it('leaves a lone key id alone', () => {
    expect(parseCredentials(id)).toBeUndefined();
  });
});
