export type MemberTypes = ReadonlyMap<string, string>;

type Table = Readonly<Record<string, string>>;

const ROLE = 'AWS::IAM::Role';
const BUCKET = 'AWS::S3::Bucket';

const EC2: Table = {
  allocationId: 'AWS::EC2::EIP',
  customerGatewayId: 'AWS::EC2::CustomerGateway',
  dhcpOptionsId: 'AWS::EC2::DHCPOptions',
  flowLogId: 'AWS::EC2::FlowLog',
  groupId: 'AWS::EC2::SecurityGroup',
  imageId: 'AWS::EC2::Ami',
  instanceId: 'AWS::EC2::Instance',
  internetGatewayId: 'AWS::EC2::InternetGateway',
  keyName: 'AWS::EC2::KeyPair',
  launchTemplateId: 'AWS::EC2::LaunchTemplate',
  launchTemplateName: 'AWS::EC2::LaunchTemplate',
  natGatewayId: 'AWS::EC2::NatGateway',
  networkAclId: 'AWS::EC2::NetworkAcl',
  networkInterfaceId: 'AWS::EC2::NetworkInterface',
  placementGroup: 'AWS::EC2::PlacementGroup',
  routeTableId: 'AWS::EC2::RouteTable',
  snapshotId: 'AWS::EC2::Snapshot',
  spotFleetRequestId: 'AWS::EC2::SpotFleet',
  subnetId: 'AWS::EC2::Subnet',
  transitGatewayId: 'AWS::EC2::TransitGateway',
  volumeId: 'AWS::EC2::Volume',
  vpcEndpointId: 'AWS::EC2::VPCEndpoint',
  vpcId: 'AWS::EC2::VPC',
  vpcPeeringConnectionId: 'AWS::EC2::VPCPeeringConnection',
  vpnConnectionId: 'AWS::EC2::VPNConnection',
  vpnGatewayId: 'AWS::EC2::VPNGateway',
};

/**
 * Which members name resources, per service: looked for anywhere in requestParameters and responseElements, the first letter in either case;
 * a list of texts names several. Members that hold ARNs need no line: their type follows from the ARN (`arn-types.ts`).
 * Names from the records that AWS writes and from the services' models; the table that AWS itself uses is not public.
 */
const MEMBERS: Readonly<Record<string, Table>> = {
  acm: {},
  apigateway: { restApiId: 'AWS::ApiGateway::RestApi' },
  athena: { workGroup: 'AWS::Athena::WorkGroup' },
  autoscaling: {
    autoScalingGroupName: 'AWS::AutoScaling::AutoScalingGroup',
    autoScalingGroupNames: 'AWS::AutoScaling::AutoScalingGroup',
    instanceId: 'AWS::EC2::Instance',
    launchConfigurationName: 'AWS::AutoScaling::LaunchConfiguration',
    launchTemplateId: 'AWS::EC2::LaunchTemplate',
    launchTemplateName: 'AWS::EC2::LaunchTemplate',
    policyName: 'AWS::AutoScaling::ScalingPolicy',
  },
  cloudformation: {
    stackId: 'AWS::CloudFormation::Stack',
    stackName: 'AWS::CloudFormation::Stack',
    changeSetName: 'AWS::CloudFormation::ChangeSet',
  },
  cloudfront: { id: 'AWS::CloudFront::Distribution', distributionId: 'AWS::CloudFront::Distribution' },
  cloudtrail: {
    trailName: 'AWS::CloudTrail::Trail',
    trailNameList: 'AWS::CloudTrail::Trail',
    s3BucketName: BUCKET,
    eventDataStore: 'AWS::CloudTrail::EventDataStore',
  },
  'cognito-idp': { userPoolId: 'AWS::Cognito::UserPool' },
  config: { configRuleName: 'AWS::Config::ConfigRule' },
  dynamodb: { tableName: 'AWS::DynamoDB::Table' },
  ec2: EC2,
  ecr: { repositoryName: 'AWS::ECR::Repository' },
  ecs: {
    cluster: 'AWS::ECS::Cluster',
    clusterName: 'AWS::ECS::Cluster',
    service: 'AWS::ECS::Service',
    serviceName: 'AWS::ECS::Service',
    taskDefinition: 'AWS::ECS::TaskDefinition',
  },
  eks: { clusterName: 'AWS::EKS::Cluster', nodegroupName: 'AWS::EKS::Nodegroup' },
  elasticache: {
    cacheClusterId: 'AWS::ElastiCache::CacheCluster',
    replicationGroupId: 'AWS::ElastiCache::ReplicationGroup',
  },
  elasticloadbalancing: {
    loadBalancerName: 'AWS::ElasticLoadBalancing::LoadBalancer',
    loadBalancerNames: 'AWS::ElasticLoadBalancing::LoadBalancer',
    targetGroupName: 'AWS::ElasticLoadBalancingV2::TargetGroup',
  },
  es: { domainName: 'AWS::OpenSearchService::Domain' },
  events: { rule: 'AWS::Events::Rule', eventBusName: 'AWS::Events::EventBus' },
  firehose: { deliveryStreamName: 'AWS::KinesisFirehose::DeliveryStream' },
  glue: { databaseName: 'AWS::Glue::Database', tableName: 'AWS::Glue::Table', jobName: 'AWS::Glue::Job' },
  guardduty: { detectorId: 'AWS::GuardDuty::Detector' },
  iam: {
    accessKeyId: 'AWS::IAM::AccessKey',
    accountAlias: 'AWS::IAM::AccountAlias',
    groupName: 'AWS::IAM::Group',
    instanceProfileName: 'AWS::IAM::InstanceProfile',
    policyName: 'AWS::IAM::Policy',
    roleName: ROLE,
    serialNumber: 'AWS::IAM::MfaDevice',
    serverCertificateName: 'AWS::IAM::ServerCertificate',
    sSHPublicKeyId: 'AWS::IAM::SshPublicKey',
    userName: 'AWS::IAM::User',
  },
  kinesis: { streamName: 'AWS::Kinesis::Stream' },
  kms: { keyId: 'AWS::KMS::Key', targetKeyId: 'AWS::KMS::Key', aliasName: 'AWS::KMS::Alias' },
  lambda: {
    functionName: 'AWS::Lambda::Function',
    layerName: 'AWS::Lambda::LayerVersion',
    uUID: 'AWS::Lambda::EventSourceMapping',
    s3Bucket: BUCKET,
  },
  logs: {
    logGroupName: 'AWS::Logs::LogGroup',
    logGroupNames: 'AWS::Logs::LogGroup',
    logStreamName: 'AWS::Logs::LogStream',
  },
  monitoring: {
    alarmName: 'AWS::CloudWatch::Alarm',
    alarmNames: 'AWS::CloudWatch::Alarm',
    dashboardName: 'AWS::CloudWatch::Dashboard',
  },
  organizations: { accountId: 'AWS::Organizations::Account', policyId: 'AWS::Organizations::Policy' },
  rds: {
    dBClusterIdentifier: 'AWS::RDS::DBCluster',
    dBClusterSnapshotIdentifier: 'AWS::RDS::DBClusterSnapshot',
    dBInstanceIdentifier: 'AWS::RDS::DBInstance',
    dBParameterGroupName: 'AWS::RDS::DBParameterGroup',
    dBSecurityGroupName: 'AWS::RDS::DBSecurityGroup',
    dBSnapshotIdentifier: 'AWS::RDS::DBSnapshot',
    dBSubnetGroupName: 'AWS::RDS::DBSubnetGroup',
    finalDBSnapshotIdentifier: 'AWS::RDS::DBSnapshot',
    optionGroupName: 'AWS::RDS::DBOptionGroup',
    sourceDBSnapshotIdentifier: 'AWS::RDS::DBSnapshot',
    targetDBSnapshotIdentifier: 'AWS::RDS::DBSnapshot',
    vpcSecurityGroupId: 'AWS::EC2::SecurityGroup',
  },
  route53: { hostedZoneId: 'AWS::Route53::HostedZone' },
  s3: { bucketName: BUCKET, bucket: BUCKET },
  secretsmanager: { secretId: 'AWS::SecretsManager::Secret' },
  ses: { identity: 'AWS::SES::Identity', emailIdentity: 'AWS::SES::Identity' },
  sns: { topicName: 'AWS::SNS::Topic' },
  sqs: { queueName: 'AWS::SQS::Queue', queueUrl: 'AWS::SQS::Queue' },
  ssm: {
    instanceId: 'AWS::EC2::Instance',
    instanceIds: 'AWS::EC2::Instance',
    documentName: 'AWS::SSM::Document',
    associationId: 'AWS::SSM::Association',
    baselineId: 'AWS::SSM::PatchBaseline',
  },
  states: {},
  sts: {
    accessKeyId: 'AWS::IAM::AccessKey',
    assumedRoleId: 'AWS::STS::AssumedRole',
    federatedUserId: 'AWS::STS::FederatedUser',
  },
};

/** Members whose meaning depends on the operation: `name` is a trail's in CloudTrail's operations and a parameter's in some of SSM's. */
const MEMBERS_OF_OPERATIONS: readonly (readonly [service: string, operations: RegExp, members: Table])[] = [
  ['cloudtrail', /Trail|Logging/, { name: 'AWS::CloudTrail::Trail' }],
  ['ssm', /Parameter/, { name: 'AWS::SSM::Parameter', names: 'AWS::SSM::Parameter' }],
  ['ssm', /Document/, { name: 'AWS::SSM::Document' }],
  ['secretsmanager', /Secret/, { name: 'AWS::SecretsManager::Secret' }],
  ['eks', /Cluster/, { name: 'AWS::EKS::Cluster' }],
  ['events', /Rule/, { name: 'AWS::Events::Rule' }],
  ['events', /EventBus/, { name: 'AWS::Events::EventBus' }],
  ['sns', /CreateTopic/, { name: 'AWS::SNS::Topic' }],
  ['athena', /WorkGroup/, { name: 'AWS::Athena::WorkGroup' }],
  ['glue', /Job/, { name: 'AWS::Glue::Job' }],
  ['glue', /Database/, { name: 'AWS::Glue::Database' }],
  ['glue', /Table/, { name: 'AWS::Glue::Table' }],
  ['states', /StateMachine/, { name: 'AWS::StepFunctions::StateMachine' }],
  [
    'elasticloadbalancing',
    /LoadBalancer/,
    { name: 'AWS::ElasticLoadBalancingV2::LoadBalancer', names: 'AWS::ElasticLoadBalancingV2::LoadBalancer' },
  ],
  [
    'elasticloadbalancing',
    /TargetGroup/,
    { name: 'AWS::ElasticLoadBalancingV2::TargetGroup', names: 'AWS::ElasticLoadBalancingV2::TargetGroup' },
  ],
  ['route53', /HostedZone/, { id: 'AWS::Route53::HostedZone' }],
  ['apigateway', /RestApi/, { id: 'AWS::ApiGateway::RestApi' }],
  ['ec2', /(Create|Delete)Tags/, { resourceId: '' }],
];

const NONE: MemberTypes = new Map();
const SUFFIX = '.amazonaws.com';

/** Remembers what was put together before; foreign records can hold any names, so it starts afresh when it grows. */
const remembered = new Map<string, MemberTypes>();
const MOST_REMEMBERED = 5000;

/** Which members name resources in an operation's parameters and answers: member → type. */
export function memberTypesOf(eventSource: string, eventName: string): MemberTypes {
  const key = `${eventSource} ${eventName}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const types = typesFor(
    eventSource.endsWith(SUFFIX) ? eventSource.slice(0, -SUFFIX.length) : eventSource,
    eventName,
  );
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, types);
  return types;
}

function typesFor(service: string, operation: string): MemberTypes {
  const table = Object.hasOwn(MEMBERS, service) ? MEMBERS[service] : undefined;
  if (table === undefined) return NONE;
  const types = new Map<string, string>();
  const add = (members: Table) => {
    for (const [member, type] of Object.entries(members)) {
      types.set(member, type);
      types.set(member.charAt(0).toUpperCase() + member.slice(1), type);
    }
  };
  add(table);
  for (const [of, operations, members] of MEMBERS_OF_OPERATIONS) {
    if (of === service && operations.test(operation)) add(members);
  }
  return types;
}
