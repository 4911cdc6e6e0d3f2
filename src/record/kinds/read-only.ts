import type { AccessLevels } from './access-levels.ts';
import { readsByName } from './read-names.ts';

type Exceptions = ReadonlyMap<string, { readonly readOnly: boolean; readonly source: string }>;

const KMS = 'https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html';
const STS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html';
const RECORDS = 'as AWS writes it in real records';

/** Where CloudTrail's readOnly is not what the IAM access level says, or IAM has no such action; each with its source. */
const EXCEPTIONS: Exceptions = new Map(
  [
    ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateMac', 'Sign'].map(
      (name) => [`kms:${name}`, true, RECORDS] as const,
    ),
    ...[
      'GenerateDataKeyWithoutPlaintext',
      'GenerateDataKeyPair',
      'GenerateDataKeyPairWithoutPlaintext',
      'GenerateRandom',
      'ReEncrypt',
      'Verify',
      'VerifyMac',
      'DeriveSharedSecret',
    ].map((name) => [`kms:${name}`, true, KMS] as const),
    ['sts:AssumeRole', true, RECORDS] as const,
    ['sts:AssumeRoleWithWebIdentity', true, RECORDS] as const,
    ['sts:AssumeRoleWithSAML', true, STS] as const,
    ['sts:GetFederationToken', false, RECORDS] as const,
    ['ses:SendEmail', true, RECORDS] as const,
    [
      'cognito-identity:GetCredentialsForIdentity',
      false,
      'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-events.html#cloudtrail-data-events',
    ] as const,
    [
      'opentrail:StreamEvents',
      true,
      'ARCHITECTURE.md, paths under /_: shows records, changes nothing',
    ] as const,
    [
      'opentrail:ProveEvent',
      true,
      'ARCHITECTURE.md, paths under /_: shows a record and its place in the tree',
    ] as const,
    [
      'dynamodb:TransactGetItems',
      true,
      'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html',
    ] as const,
    [
      's3:SelectObjectContent',
      true,
      'https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html',
    ] as const,
  ].map(([key, readOnly, source]) => [key, { readOnly, source }]),
);

/** CloudTrail's readOnly for an operation: a sourced exception, else its IAM access level, else how its name begins. */
export function isReadOnly(service: string, operation: string, levels: AccessLevels | undefined): boolean {
  const exception = EXCEPTIONS.get(`${service}:${operation}`);
  if (exception !== undefined) return exception.readOnly;
  return levels?.get(operation.toLowerCase()) ?? readsByName(operation);
}
