import { AwsError } from '../../aws/errors.ts';
import type { PolicyDocument } from '../../aws/operation.ts';
import { validatePolicy } from '../../aws/policy/validate-policy.ts';

/** Bytes. */
const MAX_POLICY = 32_768;

/** Leaves the key to the policies of its account: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
export function defaultPolicy(account: string): string {
  return written('key-default-1', {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  });
}

/** Everybody of the account by way of the service, and nobody without it: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key */
export function servicePolicy({
  account,
  region,
  service,
}: {
  readonly account: string;
  readonly region: string;
  readonly service: string;
}): string {
  const through = {
    StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `${service}.${region}.amazonaws.com` },
  };
  return written(
    `auto-${service}`,
    {
      Sid: `Allow access through ${service} for all principals in the account that are authorized to use ${service}`,
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      Resource: '*',
      Condition: through,
    },
    {
      Sid: 'Allow direct access to key metadata to the account',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: ['kms:Describe*', 'kms:Get*', 'kms:List*'],
      Resource: '*',
    },
  );
}

function written(id: string, ...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Id: id, Statement: statements });
}

/** Throws MalformedPolicyDocumentException, LimitExceededException. */
export function readPolicy(text: string): PolicyDocument {
  if (Buffer.byteLength(text) > MAX_POLICY)
    throw new AwsError(
      'LimitExceededException',
      `The key policy must not have more than ${MAX_POLICY} bytes (got ${Buffer.byteLength(text)}).`,
    );
  const document = parsed(text);
  const complaints = validatePolicy(document, 'resource');
  if (complaints.length > 0) throw malformed(complaints.join(' '));
  return document as PolicyDocument;
}

export function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocumentException', message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('The policy is no valid JSON.');
  }
}
