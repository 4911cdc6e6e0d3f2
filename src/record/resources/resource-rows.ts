import { template, type Template } from './template.ts';

/** How the calls of a service name one kind of resource. */
export type ResourceRow = {
  /** As CloudTrail writes it; undefined where it writes none. */
  readonly type: string | undefined;
  /** Tried in order: the first that gives an ARN names the resources. */
  readonly arns: readonly Template[];
  /** Which operations; all when undefined. */
  readonly operations: RegExp | undefined;
  /** Which of the ARNs are of this type; all when undefined. */
  readonly matches: RegExp | undefined;
  /** Only data events have it. */
  readonly dataEvents: boolean;
  /** `caller` where an ARN without an account belongs to the caller's. */
  readonly owner: 'caller' | 'arn';
};

type Written = {
  readonly type?: string;
  readonly arns: readonly string[];
  readonly operations?: RegExp;
  readonly matches?: RegExp;
  readonly owner?: 'arn';
};

const SSM_PARAMETERS = /^(?!Describe).*Parameter/;

/** Management events have `resources` in these services' real records alone; the others' data events have them. s3: `s3-resources.ts`. */
const OF_ALL_EVENTS: Readonly<Record<string, readonly Written[]>> = {
  // https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
  kms: [
    {
      type: 'AWS::KMS::Key',
      arns: [
        '{answer.keyId}',
        '{answer.keyMetadata.arn}',
        'arn:aws:kms:{region}:{account}:key/{keyId|key}',
        'arn:aws:kms:{region}:{account}:key/{targetKeyId|key}',
      ],
      matches: /:key\//,
    },
    {
      type: 'AWS::KMS::Key',
      arns: ['{answer.sourceKeyId}', 'arn:aws:kms:{region}:{account}:key/{sourceKeyId|key}'],
      matches: /:key\//,
    },
    {
      type: 'AWS::KMS::Key',
      arns: ['arn:aws:kms:{region}:{account}:key/{destinationKeyId|key}'],
      matches: /:key\//,
    },
    { type: 'AWS::KMS::Key', arns: ['arn:aws:kms:{region}:{account}:{aliasName}'], operations: /Alias$/ },
  ],
  // Real records: parameters, and what agents report about their instance and its associations. They have no type.
  ssm: [
    {
      arns: [
        'arn:aws:ssm:{region}::parameter/{name|public}',
        'arn:aws:ssm:{region}::parameter/{names.*|public}',
      ],
      operations: SSM_PARAMETERS,
    },
    {
      arns: [
        'arn:aws:ssm:{region}:{account}:parameter/{name|private}',
        'arn:aws:ssm:{region}:{account}:parameter/{names.*|private}',
      ],
      operations: SSM_PARAMETERS,
    },
    {
      arns: ['arn:aws:ssm:{region}:{account}:association/{associationId}'],
      operations: /^UpdateInstanceAssociationStatus$/,
    },
    {
      arns: ['arn:aws:ec2:{region}:{account}:instance/{instanceId}'],
      operations: /^(PutInventory|ListInstanceAssociations|UpdateInstanceAssociationStatus)$/,
    },
    {
      arns: ['arn:aws:ssm:{region}:{account}:managed-instance-inventory/{instanceId}'],
      operations: /^PutInventory$/,
    },
  ],
  sts: [{ type: 'AWS::IAM::Role', arns: ['{roleArn}'], owner: 'arn' }],
  // https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
  ecr: [
    {
      arns: [
        'arn:aws:ecr:{region}:{registryId}:repository/{repositoryName}',
        'arn:aws:ecr:{region}:{account}:repository/{repositoryName}',
        'arn:aws:ecr:{region}:{account}:repository/{repositoryNames.*}',
      ],
    },
  ],
};

const OF_DATA_EVENTS: Readonly<Record<string, readonly Written[]>> = {
  'cloudtrail-data': [{ type: 'AWS::CloudTrail::Channel', arns: ['{channelArn}'] }],
  'cognito-identity': [
    {
      type: 'AWS::Cognito::IdentityPool',
      arns: ['arn:aws:cognito-identity:{region}:{account}:identitypool/{identityPoolId}'],
    },
  ],
  'cloudfront-keyvaluestore': [{ type: 'AWS::CloudFront::KeyValueStore', arns: ['{kvsARN}'] }],
  bedrock: [
    {
      type: 'AWS::Bedrock::AgentAlias',
      arns: ['arn:aws:bedrock:{region}:{account}:agent-alias/{agentId}/{agentAliasId}'],
    },
    {
      type: 'AWS::Bedrock::KnowledgeBase',
      arns: ['arn:aws:bedrock:{region}:{account}:knowledge-base/{knowledgeBaseId}'],
    },
    {
      type: 'AWS::Bedrock::FlowAlias',
      arns: ['arn:aws:bedrock:{region}:{account}:flow/{flowIdentifier}/alias/{flowAliasIdentifier}'],
    },
    {
      type: 'AWS::Bedrock::Guardrail',
      arns: ['arn:aws:bedrock:{region}:{account}:guardrail/{guardrailIdentifier}'],
    },
  ],
  dynamodb: [
    {
      type: 'AWS::DynamoDB::Stream',
      arns: ['{streamArn}', '{shardIterator}'],
      matches: /:table\/.*\/stream\//,
    },
    {
      type: 'AWS::DynamoDB::Table',
      arns: [
        'arn:aws:dynamodb:{region}:{account}:table/{tableName}',
        'arn:aws:dynamodb:{region}:{account}:table/{requestItems.#}',
        'arn:aws:dynamodb:{region}:{account}:table/{transactItems.*.*.tableName}',
      ],
    },
  ],
  ebs: [{ type: 'AWS::EC2::Snapshot', arns: ['arn:aws:ec2:{region}::snapshot/{snapshotId}'] }],
  firehose: [
    {
      type: 'AWS::KinesisFirehose::DeliveryStream',
      arns: ['arn:aws:firehose:{region}:{account}:deliverystream/{deliveryStreamName}'],
    },
  ],
  kinesis: [
    { type: 'AWS::Kinesis::StreamConsumer', arns: ['{consumerARN}'] },
    {
      type: 'AWS::Kinesis::Stream',
      arns: ['{streamARN}', 'arn:aws:kinesis:{region}:{account}:stream/{streamName}'],
    },
  ],
  kinesisvideo: [
    { type: 'AWS::KinesisVideo::SignalingChannel', arns: ['{channelARN}'] },
    { type: 'AWS::KinesisVideo::Stream', arns: ['{streamARN}'] },
  ],
  lambda: [
    {
      type: 'AWS::Lambda::Function',
      arns: ['arn:aws:lambda:{region}:{account}:function:{functionName|function}', '{functionArn}'],
    },
  ],
  'rds-data': [{ type: 'AWS::RDS::DBCluster', arns: ['{resourceArn}'] }],
  sagemaker: [
    {
      type: 'AWS::SageMaker::Endpoint',
      arns: ['arn:aws:sagemaker:{region}:{account}:endpoint/{endpointName}'],
    },
    {
      type: 'AWS::SageMaker::FeatureGroup',
      arns: ['arn:aws:sagemaker:{region}:{account}:feature-group/{featureGroupName}'],
    },
  ],
  ses: [
    {
      type: 'AWS::SES::EmailIdentity',
      arns: [
        '{fromEmailAddressIdentityArn}',
        '{sourceArn}',
        'arn:aws:ses:{region}:{account}:identity/{fromEmailAddress|address}',
        'arn:aws:ses:{region}:{account}:identity/{source|address}',
      ],
    },
  ],
  sns: [
    { type: 'AWS::SNS::Topic', arns: ['{topicArn}', '{targetArn}'], matches: /^(?!.*:endpoint\/)/ },
    { type: 'AWS::SNS::PlatformEndpoint', arns: ['{targetArn}'], matches: /:endpoint\// },
  ],
  sqs: [
    {
      type: 'AWS::SQS::Queue',
      arns: [
        'arn:aws:sqs:{region}:{queueUrl|owner}:{queueUrl|last}',
        'arn:aws:sqs:{region}:{account}:{queueUrl|last}',
      ],
    },
  ],
  states: [
    { type: 'AWS::StepFunctions::StateMachine', arns: ['{stateMachineArn}'] },
    { type: 'AWS::StepFunctions::Activity', arns: ['{activityArn}'] },
  ],
  verifiedpermissions: [
    {
      type: 'AWS::VerifiedPermissions::PolicyStore',
      arns: ['arn:aws:verifiedpermissions::{account}:policy-store/{policyStoreId}'],
    },
  ],
};

/** By signing name. */
export const RESOURCE_ROWS: ReadonlyMap<string, readonly ResourceRow[]> = new Map([
  ...compile(OF_ALL_EVENTS, false),
  ...compile(OF_DATA_EVENTS, true),
]);

function compile(
  written: Readonly<Record<string, readonly Written[]>>,
  dataEvents: boolean,
): readonly (readonly [string, readonly ResourceRow[]])[] {
  return Object.entries(written).map(([service, rows]) => [
    service,
    rows.map(({ type, arns, operations, matches, owner }) => ({
      type,
      arns: arns.map(template),
      operations,
      matches,
      dataEvents,
      owner: owner ?? 'caller',
    })),
  ]);
}
