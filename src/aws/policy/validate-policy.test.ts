import { describe, expect, it } from 'vitest';

import { validatePolicy } from './validate-policy.ts';

const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::logs/*' };
const policy = (change: Record<string, unknown>) => ({
  Version: '2012-10-17',
  Statement: [{ ...statement, ...change }],
});

describe('validatePolicy', () => {
  it.each([
    ['a plain statement', policy({})],
    ['one statement without a list', { Version: '2012-10-17', Statement: statement }],
    [
      'lists, wildcards and conditions',
      policy({
        Action: ['*', 'ec2:Describe*'],
        Resource: ['*', 'arn:*'],
        Condition: {
          'ForAnyValue:StringLike': { 'aws:TagKeys': ['a'] },
          BoolIfExists: { 'aws:SecureTransport': true },
        },
      }),
    ],
  ])('finds nothing wrong with %s', (_name, document) => {
    expect(validatePolicy(document)).toEqual([]);
  });

  it.each([
    ['no object', [], 'Syntax errors in policy.'],
    ['null', null, 'Syntax errors in policy.'],
    [
      'an old version',
      { ...policy({}), Version: '2008-10-17' },
      'Policy document must be version 2012-10-17 or greater.',
    ],
    [
      'a version that never was',
      { ...policy({}), Version: '2020-01-01' },
      'The policy must contain a valid version string.',
    ],
    ['no statement', { Version: '2012-10-17' }, 'Missing required field Statement'],
    [
      'another effect',
      policy({ Effect: 'allow' }),
      'Missing required field Effect: it must be Allow or Deny.',
    ],
    ['no action', policy({ Action: undefined }), 'Policy statement must contain actions.'],
    [
      'both kinds of action',
      policy({ NotAction: 's3:*' }),
      'A statement cannot contain both Action and NotAction.',
    ],
    [
      'an action without a service',
      policy({ Action: 'GetObject' }),
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    ['no resource', policy({ Resource: undefined }), 'Policy statement must contain resources.'],
    [
      'a resource that is no ARN',
      policy({ Resource: 'logs' }),
      'Resource logs must be in ARN format or "*".',
    ],
    ['a principal', policy({ Principal: '*' }), 'Policy document should not specify a principal.'],
    [
      'an operator that is not known',
      policy({ Condition: { StringIs: { 'aws:UserAgent': 'x' } } }),
      'Invalid Condition type : StringIs.',
    ],
    [
      'an inherited name as operator',
      policy({ Condition: { constructor: { 'aws:UserAgent': 'x' } } }),
      'Invalid Condition type : constructor.',
    ],
    [
      'an element that is not known',
      policy({ Resources: '*' }),
      'Syntax errors in policy: unknown statement element Resources.',
    ],
    [
      'a Sid with a blank',
      policy({ Sid: 'a b' }),
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [A-Za-z0-9]*',
    ],
  ])('names %s', (_name, document, complaint) => {
    expect(validatePolicy(document)).toContain(complaint);
  });

  it('asks for unique statement ids', () => {
    const twice = {
      Version: '2012-10-17',
      Statement: [
        { ...statement, Sid: 'A' },
        { ...statement, Sid: 'A' },
      ],
    };
    expect(validatePolicy(twice)).toEqual(['Statement IDs (SID) in a single policy must be unique.']);
  });

  it('asks a resource policy for a principal, and an identity of the right form', () => {
    expect(validatePolicy(policy({}), 'resource')).toEqual(['Missing required field Principal']);
    expect(validatePolicy(policy({ Principal: { AWS: 'alice' } }), 'resource')).toEqual([
      'Invalid principal in policy',
    ]);
    expect(
      validatePolicy(
        policy({ Principal: { AWS: ['*', '123456789012'], Service: 'cloudtrail.amazonaws.com' } }),
        'resource',
      ),
    ).toEqual([]);
  });
});
