/** Event selectors as the API carries them: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html */

export const OPERATORS = [
  'Equals',
  'NotEquals',
  'StartsWith',
  'NotStartsWith',
  'EndsWith',
  'NotEndsWith',
] as const;
export type Operator = (typeof OPERATORS)[number];

export type FieldSelector = { readonly Field: string } & {
  readonly [operator in Operator]?: readonly string[];
};
export type AdvancedSelector = { readonly Name?: string; readonly FieldSelectors: readonly FieldSelector[] };

export type ReadWrite = 'All' | 'ReadOnly' | 'WriteOnly';
export type DataResource = { readonly Type: string; readonly Values: readonly string[] };
export type BasicSelector = {
  readonly ReadWriteType: ReadWrite;
  readonly IncludeManagementEvents: boolean;
  readonly DataResources: readonly DataResource[];
  readonly ExcludeManagementEventSources: readonly string[];
};

/** What PutEventSelectors takes and GetEventSelectors answers: one of both. */
export type Selectors =
  | { readonly EventSelectors: readonly BasicSelector[] }
  | { readonly AdvancedEventSelectors: readonly AdvancedSelector[] };

export const BASIC_TYPES = ['AWS::S3::Object', 'AWS::Lambda::Function', 'AWS::DynamoDB::Table'] as const;
export type BasicType = (typeof BASIC_TYPES)[number];
export const EXCLUDABLE = ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] as const;

/** What a trail logs that was never told otherwise. */
export const DEFAULT_SELECTORS: Selectors = {
  EventSelectors: [
    {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ],
};

/** Types of resources offered first; any other may be typed. */
export const DATA_TYPES: readonly (readonly [string, string])[] = [
  ['AWS::S3::Object', 'S3 objects'],
  ['AWS::Lambda::Function', 'Lambda functions'],
  ['AWS::DynamoDB::Table', 'DynamoDB tables'],
  ['AWS::DynamoDB::Stream', 'DynamoDB streams'],
  ['AWS::SNS::Topic', 'SNS topics'],
  ['AWS::SNS::PlatformEndpoint', 'SNS platform endpoints'],
  ['AWS::SQS::Queue', 'SQS queues'],
  ['AWS::KinesisStream::Stream', 'Kinesis streams'],
  ['AWS::S3::AccessPoint', 'S3 access points'],
  ['AWS::S3Express::Object', 'S3 Express objects'],
  ['AWS::S3ObjectLambda::AccessPoint', 'S3 Object Lambda access points'],
  ['AWS::S3Outposts::Object', 'S3 objects on Outposts'],
  ['AWS::S3Tables::Table', 'S3 tables'],
  ['AWS::EC2::Snapshot', 'EBS direct APIs on snapshots'],
  ['AWS::Cognito::IdentityPool', 'Cognito identity pools'],
  ['AWS::Bedrock::Model', 'Bedrock models'],
  ['AWS::CloudFront::KeyValueStore', 'CloudFront key value stores'],
  ['AWS::CloudTrail::Channel', 'CloudTrail channels'],
  ['AWS::CloudWatch::Metric', 'CloudWatch metrics'],
  ['AWS::Glue::Table', 'Lake Formation tables'],
  ['AWS::IoT::Thing', 'IoT things'],
  ['AWS::MSK::Cluster', 'MSK clusters'],
  ['AWS::RDS::DBCluster', 'RDS Data API on clusters'],
  ['AWS::SSMMessages::ControlChannel', 'Systems Manager messages'],
  ['AWS::StepFunctions::StateMachine', 'Step Functions state machines'],
  ['AWS::XRay::Trace', 'X-Ray traces'],
];
