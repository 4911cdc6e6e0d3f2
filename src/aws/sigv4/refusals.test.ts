import { describe, expect, it } from 'vitest';

import { sha256Hex } from './canonical-request.ts';
import type { SignedRequest } from './signed-request.ts';
import { authorization, deps, header, MINUTE, NOW, signed, type Change } from './testing.ts';
import { verifyRequest } from './verify-request.ts';

const expiredText =
  'Signature expired: 20261121T002415Z is now earlier than 20261121T002516Z (20261121T004016Z - 15 min.)';
const earlyText =
  'Signature not yet current: 20261121T005517Z is still later than 20261121T005516Z (20261121T004016Z + 15 min.)';
const s3: Change = { service: 's3', protocol: 'rest-xml' };
const iam: Change = { service: 'iam', protocol: 'query' };
const ec2: Change = { service: 'ec2', protocol: 'ec2' };
const lambda: Change = { service: 'lambda', protocol: 'rest-json' };
const unsigned = (request: SignedRequest) => header('authorization', undefined)(request);

type Row = [name: string, change: Change, code: string, status: number, message: string | RegExp];

describe('a bad signature is refused in the words of the service:', () => {
  it.each<Row>([
    [
      'json, none',
      { change: unsigned },
      'MissingAuthenticationTokenException',
      403,
      'Missing Authentication Token',
    ],
    [
      'iam, none',
      { ...iam, change: unsigned },
      'MissingAuthenticationToken',
      403,
      'Request is missing Authentication Token',
    ],
    [
      'ec2, none',
      { ...ec2, change: unsigned },
      'AuthFailure',
      401,
      'AWS was not able to validate the provided access credentials',
    ],
    ['s3, none', { ...s3, change: unsigned }, 'AccessDenied', 403, 'Access Denied'],
    [
      's3, presigned by version 2',
      {
        ...s3,
        change: (request) => ({ ...unsigned(request), query: 'AWSAccessKeyId=AKID&Signature=x&Expires=1' }),
      },
      'InvalidRequest',
      400,
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    ],
    [
      's3, signed by version 2',
      { ...s3, change: header('authorization', 'AWS AKID:c2lnbmF0dXJl') },
      'InvalidRequest',
      400,
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    ],
    [
      'json, half of it',
      { change: authorization(/, Signature=.*/, '') },
      'IncompleteSignatureException',
      400,
      "Authorization header requires 'Signature' parameter.",
    ],
    [
      'iam, half of it',
      { ...iam, change: authorization(/SignedHeaders=[^,]*/, '') },
      'IncompleteSignature',
      400,
      "Authorization header requires 'SignedHeaders' parameter.",
    ],
    [
      's3, half of it',
      { ...s3, change: authorization(/Credential=[^,]*/, 'Credential=AKID') },
      'AuthorizationHeaderMalformed',
      400,
      /mal-formed/,
    ],
    [
      'json, no date',
      { change: header('x-amz-date', undefined) },
      'IncompleteSignatureException',
      400,
      /'X-Amz-Date' or a 'Date' header/,
    ],
    [
      'json, another scheme',
      { change: header('authorization', 'Bearer abc.def') },
      'IncompleteSignatureException',
      400,
      "Unsupported authorization algorithm (got 'Bearer'). Please use AWS4-HMAC-SHA256.",
    ],
    [
      'json, unknown key',
      { key: 'OTHER' },
      'UnrecognizedClientException',
      400,
      'The security token included in the request is invalid.',
    ],
    [
      'rest-json, unknown key',
      { ...lambda, key: 'OTHER' },
      'UnrecognizedClientException',
      403,
      'The security token included in the request is invalid.',
    ],
    [
      'iam, unknown key',
      { ...iam, key: 'OTHER' },
      'InvalidClientTokenId',
      403,
      'The security token included in the request is invalid.',
    ],
    ['ec2, unknown key', { ...ec2, key: 'OTHER' }, 'AuthFailure', 401, /not able to validate/],
    [
      's3, unknown key',
      { ...s3, key: 'OTHER' },
      'InvalidAccessKeyId',
      403,
      'The AWS Access Key Id you provided does not exist in our records.',
    ],
    [
      'json, wrong secret',
      { secret: 'x' },
      'InvalidSignatureException',
      403,
      /^The request signature we calculated does not match/,
    ],
    [
      'iam, wrong secret',
      { ...iam, secret: 'x' },
      'SignatureDoesNotMatch',
      403,
      /does not match the signature you provided/,
    ],
    [
      's3, wrong secret',
      { ...s3, secret: 'x' },
      'SignatureDoesNotMatch',
      403,
      /Check your key and signing method\.$/,
    ],
    ['json, wrong token', { token: 'bad' }, 'UnrecognizedClientException', 400, /security token/],
    [
      's3, wrong token',
      { ...s3, token: 'bad' },
      'InvalidToken',
      400,
      'The provided token is malformed or otherwise invalid.',
    ],
    [
      'json, old token',
      { token: 'old-token' },
      'ExpiredTokenException',
      400,
      'The security token included in the request is expired',
    ],
    [
      'iam, old token',
      { ...iam, token: 'old-token' },
      'ExpiredToken',
      403,
      'The security token included in the request is expired',
    ],
    ['s3, old token', { ...s3, token: 'old-token' }, 'ExpiredToken', 400, 'The provided token has expired.'],
    ['json, too old', { at: NOW - 16 * MINUTE - 1000 }, 'InvalidSignatureException', 403, expiredText],
    ['iam, too old', { ...iam, at: NOW - 16 * MINUTE - 1000 }, 'SignatureDoesNotMatch', 403, expiredText],
    ['iam, too early', { ...iam, at: NOW + 15 * MINUTE + 1000 }, 'SignatureDoesNotMatch', 403, earlyText],
    ['ec2, too old', { ...ec2, at: NOW - 16 * MINUTE }, 'RequestExpired', 400, 'Request has expired.'],
    [
      's3, too old',
      { ...s3, at: NOW - 16 * MINUTE },
      'RequestTimeTooSkewed',
      403,
      'The difference between the request time and the current time is too large.',
    ],
    [
      'json, another service',
      { scopeService: 's3' },
      'InvalidSignatureException',
      403,
      "Credential should be scoped to correct service: 'cloudtrail'.",
    ],
    [
      'json, another terminator',
      { change: authorization('aws4_request', 'aws5_request') },
      'InvalidSignatureException',
      403,
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    ],
    [
      'iam, another day',
      { ...iam, change: authorization('/20261121/', '/20261120/') },
      'SignatureDoesNotMatch',
      403,
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261120' != '20261121', from '20261121T004016Z'.",
    ],
    [
      'json, another region',
      { change: () => ({ region: 'eu-central-1' }) },
      'InvalidSignatureException',
      403,
      "Credential should be scoped to a valid region, not 'us-east-1'.",
    ],
    [
      's3, another region',
      { ...s3, change: () => ({ region: 'eu-central-1' }) },
      'AuthorizationHeaderMalformed',
      400,
      "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'",
    ],
    [
      'json, host not signed',
      { change: authorization('host;', '') },
      'IncompleteSignatureException',
      400,
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'json, another target than signed',
      { change: header('x-amz-target', 'X.DeleteTrail') },
      'InvalidSignatureException',
      403,
      /not signed: x-amz-target/,
    ],
    [
      's3, a header that is not signed',
      { ...s3, change: header('x-amz-acl', 'public-read') },
      'AccessDenied',
      403,
      'There were headers present in the request which were not signed',
    ],
    [
      'json, a signed header left out',
      { change: header('x-amz-content-sha256', undefined) },
      'InvalidSignatureException',
      403,
      /does not match/,
    ],
    [
      'json, another body',
      { change: () => ({ bodyHash: sha256Hex('other') }) },
      'InvalidSignatureException',
      403,
      /does not match/,
    ],
    [
      's3, another body',
      { ...s3, change: () => ({ bodyHash: () => sha256Hex('other') }) },
      'XAmzContentSHA256Mismatch',
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ],
    [
      'json, another path',
      { change: () => ({ path: '/x' }) },
      'InvalidSignatureException',
      403,
      /does not match/,
    ],
    [
      'json, another method',
      { change: () => ({ method: 'PUT' }) },
      'InvalidSignatureException',
      403,
      /does not match/,
    ],
    [
      'json, another host',
      { change: header('host', 'evil.example') },
      'InvalidSignatureException',
      403,
      /does not match/,
    ],
    [
      'json, a signature that is none',
      { change: authorization(/Signature=.*/, 'Signature=zz') },
      'InvalidSignatureException',
      403,
      /does not match/,
    ],
    [
      's3, presigned and past its end',
      { ...s3, presigned: 60, at: NOW - 61_000 },
      'AccessDenied',
      403,
      'Request has expired',
    ],
    [
      's3, presigned and to come',
      { ...s3, presigned: 60, at: NOW + 16 * MINUTE },
      'AccessDenied',
      403,
      'Request is not yet valid',
    ],
    [
      's3, presigned for more than a week',
      { ...s3, presigned: 604_801 },
      'AuthorizationQueryParametersError',
      400,
      /less than a week/,
    ],
    [
      's3, presigned with another parameter',
      { ...s3, presigned: 60, change: ({ query }) => ({ query: `${query}&versionId=2` }) },
      'SignatureDoesNotMatch',
      403,
      /does not match/,
    ],
    [
      's3, presigned for longer than signed',
      {
        ...s3,
        presigned: 60,
        change: ({ query }) => ({ query: query.replace('X-Amz-Expires=60', 'X-Amz-Expires=600') }),
      },
      'SignatureDoesNotMatch',
      403,
      /does not match/,
    ],
    [
      's3, presigned without its date',
      { ...s3, presigned: 60, change: ({ query }) => ({ query: query.replace(/X-Amz-Date=\w+&/, '') }) },
      'AuthorizationQueryParametersError',
      400,
      /missing: X-Amz-Date/,
    ],
    [
      's3, presigned and signed',
      { ...s3, presigned: 60, change: header('authorization', 'AWS4-HMAC-SHA256 x') },
      'AuthorizationHeaderMalformed',
      400,
      /Only one auth mechanism/,
    ],
  ])('%s', async (...row) => {
    const [, change, code, status, message] = row;
    const error = await verifyRequest(deps, signed(change)).then(
      () => expect.fail('it was accepted'),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code, status });
    expect((error as Error).message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it('with S3 showing what it calculated', async () => {
    await expect(verifyRequest(deps, signed({ ...s3, secret: 'x' }))).rejects.toMatchObject({
      detail: {
        AWSAccessKeyId: 'AKID',
        StringToSign: expect.stringMatching(/^AWS4-HMAC-SHA256\n20261121T004016Z\n/) as string,
      },
    });
  });

  it('without repeating the header, which may be the secret of another scheme', async () => {
    const request = signed({ change: header('authorization', 'hunter2=') });
    await expect(verifyRequest(deps, request)).rejects.toThrow(/^(?!.*hunter2)/s);
  });
});
