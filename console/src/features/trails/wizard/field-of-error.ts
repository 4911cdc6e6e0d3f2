import type { DraftField } from './draft.ts';

const FIELDS: readonly (readonly [RegExp, DraftField])[] = [
  [
    /^(InvalidTrailName|TrailAlreadyExists|MaximumNumberOfTrails|TrailNotProvided|CloudTrailARNInvalid)/,
    'name',
  ],
  [
    /^(S3BucketDoesNotExist|InsufficientS3BucketPolicy|InvalidS3BucketName|BucketAlready|InvalidBucketName|NoSuchBucket|MalformedPolicy$)/,
    'bucket',
  ],
  [/^InvalidS3Prefix/, 'prefix'],
  [/^(InvalidKmsKeyId|KmsKey|Kms|KMS|InsufficientEncryptionPolicy|InvalidAliasName)/, 'kms'],
  [/^(InvalidSnsTopicName|InsufficientSnsTopicPolicy|TopicLimit)/, 'topic'],
  [/^(InvalidCloudWatchLogsRoleArn|EntityAlreadyExists)/, 'role'],
  [/^(InvalidCloudWatchLogsLogGroupArn|CloudWatchLogsDeliveryUnavailable|ResourceAlreadyExists)/, 'logGroup'],
  [/^(InvalidEventSelectors)/, 'selectors'],
  [/^(InvalidTag|TagsLimit)/, 'tags'],
  [
    /^(NotOrganization|Organization|CloudTrailAccessNotEnabled|InsufficientDependencyServiceAccess|NoManagementAccountSLR|InvalidParameterCombination|InvalidHomeRegion)/,
    'scope',
  ],
];

const MEMBERS: readonly (readonly [RegExp, DraftField])[] = [
  [/\bKmsKeyId\b/, 'kms'],
  [/\bSnsTopicName\b/, 'topic'],
  [/\bCloudWatchLogsRoleArn\b/, 'role'],
  [/\bCloudWatchLogsLogGroupArn\b/, 'logGroup'],
  [/\bIsOrganizationTrail\b/, 'scope'],
  [/\bRecursiveLogging\b/, 'recursive'],
  [/\bS3KeyPrefix\b/, 'prefix'],
];

/** The field that an error of AWS's is about, by its code, else by the member that its text names; else what the call was made for. */
export function fieldOfError(
  error: { readonly code: string; readonly message: string },
  otherwise: DraftField,
): DraftField {
  const byCode = FIELDS.find(([pattern]) => pattern.test(error.code));
  const byMember = MEMBERS.find(([pattern]) => pattern.test(error.message));
  return byCode?.[1] ?? byMember?.[1] ?? otherwise;
}
