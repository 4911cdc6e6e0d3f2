/**
 * The CloudFormation type of what an ARN names, by `service:kind`. Types as CloudTrail shows them in event history
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-supported-resource-types.html), which differ from
 * CloudFormation's in places (`AWS::EC2::Ami`).
 */
const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'acm:certificate': 'AWS::CertificateManager::Certificate',
    'apigateway:restapis': 'AWS::ApiGateway::RestApi',
    'athena:workgroup': 'AWS::Athena::WorkGroup',
    'autoscaling:autoScalingGroup': 'AWS::AutoScaling::AutoScalingGroup',
    'autoscaling:launchConfiguration': 'AWS::AutoScaling::LaunchConfiguration',
    'batch:job-definition': 'AWS::Batch::JobDefinition',
    'batch:job-queue': 'AWS::Batch::JobQueue',
    'cloudformation:stack': 'AWS::CloudFormation::Stack',
    'cloudfront:distribution': 'AWS::CloudFront::Distribution',
    'cloudtrail:channel': 'AWS::CloudTrail::Channel',
    'cloudtrail:dashboard': 'AWS::CloudTrail::Dashboard',
    'cloudtrail:eventdatastore': 'AWS::CloudTrail::EventDataStore',
    'cloudtrail:trail': 'AWS::CloudTrail::Trail',
    'cloudwatch:alarm': 'AWS::CloudWatch::Alarm',
    'cognito-idp:userpool': 'AWS::Cognito::UserPool',
    'dynamodb:table': 'AWS::DynamoDB::Table',
    'ec2:image': 'AWS::EC2::Ami',
    'ec2:instance': 'AWS::EC2::Instance',
    'ec2:internet-gateway': 'AWS::EC2::InternetGateway',
    'ec2:key-pair': 'AWS::EC2::KeyPair',
    'ec2:launch-template': 'AWS::EC2::LaunchTemplate',
    'ec2:natgateway': 'AWS::EC2::NatGateway',
    'ec2:network-interface': 'AWS::EC2::NetworkInterface',
    'ec2:route-table': 'AWS::EC2::RouteTable',
    'ec2:security-group': 'AWS::EC2::SecurityGroup',
    'ec2:snapshot': 'AWS::EC2::Snapshot',
    'ec2:subnet': 'AWS::EC2::Subnet',
    'ec2:volume': 'AWS::EC2::Volume',
    'ec2:vpc': 'AWS::EC2::VPC',
    'ecr:repository': 'AWS::ECR::Repository',
    'ecs:cluster': 'AWS::ECS::Cluster',
    'ecs:service': 'AWS::ECS::Service',
    'ecs:task': 'AWS::ECS::Task',
    'ecs:task-definition': 'AWS::ECS::TaskDefinition',
    'eks:cluster': 'AWS::EKS::Cluster',
    'elasticache:cluster': 'AWS::ElastiCache::CacheCluster',
    'elasticache:replicationgroup': 'AWS::ElastiCache::ReplicationGroup',
    'elasticfilesystem:file-system': 'AWS::EFS::FileSystem',
    'elasticloadbalancing:listener': 'AWS::ElasticLoadBalancingV2::Listener',
    'elasticloadbalancing:listener-rule': 'AWS::ElasticLoadBalancingV2::ListenerRule',
    'elasticloadbalancing:loadbalancer': 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    'elasticloadbalancing:targetgroup': 'AWS::ElasticLoadBalancingV2::TargetGroup',
    'es:domain': 'AWS::OpenSearchService::Domain',
    'events:event-bus': 'AWS::Events::EventBus',
    'events:rule': 'AWS::Events::Rule',
    'firehose:deliverystream': 'AWS::KinesisFirehose::DeliveryStream',
    'glue:database': 'AWS::Glue::Database',
    'glue:table': 'AWS::Glue::Table',
    'guardduty:detector': 'AWS::GuardDuty::Detector',
    'iam:group': 'AWS::IAM::Group',
    'iam:instance-profile': 'AWS::IAM::InstanceProfile',
    'iam:mfa': 'AWS::IAM::MfaDevice',
    'iam:oidc-provider': 'AWS::IAM::OpenIDConnectProvider',
    'iam:policy': 'AWS::IAM::Policy',
    'iam:role': 'AWS::IAM::Role',
    'iam:saml-provider': 'AWS::IAM::SamlProvider',
    'iam:server-certificate': 'AWS::IAM::ServerCertificate',
    'iam:user': 'AWS::IAM::User',
    'kinesis:stream': 'AWS::Kinesis::Stream',
    'kms:alias': 'AWS::KMS::Alias',
    'kms:key': 'AWS::KMS::Key',
    'lambda:event-source-mapping': 'AWS::Lambda::EventSourceMapping',
    'lambda:function': 'AWS::Lambda::Function',
    'lambda:layer': 'AWS::Lambda::LayerVersion',
    'logs:log-group': 'AWS::Logs::LogGroup',
    'organizations:account': 'AWS::Organizations::Account',
    'organizations:policy': 'AWS::Organizations::Policy',
    'rds:cluster': 'AWS::RDS::DBCluster',
    'rds:cluster-snapshot': 'AWS::RDS::DBClusterSnapshot',
    'rds:db': 'AWS::RDS::DBInstance',
    'rds:og': 'AWS::RDS::DBOptionGroup',
    'rds:pg': 'AWS::RDS::DBParameterGroup',
    'rds:snapshot': 'AWS::RDS::DBSnapshot',
    'rds:subgrp': 'AWS::RDS::DBSubnetGroup',
    'rolesanywhere:profile': 'AWS::RolesAnywhere::Profile',
    'rolesanywhere:trust-anchor': 'AWS::RolesAnywhere::TrustAnchor',
    'route53:hostedzone': 'AWS::Route53::HostedZone',
    'secretsmanager:secret': 'AWS::SecretsManager::Secret',
    'ssm:document': 'AWS::SSM::Document',
    'ssm:managed-instance': 'AWS::SSM::ManagedInstance',
    'ssm:parameter': 'AWS::SSM::Parameter',
    'states:execution': 'AWS::StepFunctions::Execution',
    'states:stateMachine': 'AWS::StepFunctions::StateMachine',
    'sts:assumed-role': 'AWS::STS::AssumedRole',
    'sts:federated-user': 'AWS::STS::FederatedUser',
  }),
);

/** Services whose ARNs have no kind: the name follows the account. */
const ONLY_KIND: ReadonlyMap<string, string> = new Map([
  ['sns', 'AWS::SNS::Topic'],
  ['sqs', 'AWS::SQS::Queue'],
]);

/** `arn:aws:iam::1:role/x` → `AWS::IAM::Role`; '' for a kind that is not known, undefined for what is no ARN. */
export function typeOfArn(arn: string): string | undefined {
  if (!arn.startsWith('arn:')) return undefined;
  const service = arn.indexOf(':', 4) + 1;
  const region = arn.indexOf(':', service);
  const account = arn.indexOf(':', region + 1);
  const rest = arn.indexOf(':', account + 1) + 1;
  if (service === 0 || region < 0 || account < 0 || rest === 0 || rest >= arn.length) return undefined;
  const name = arn.slice(service, region);
  if (name === 's3') return arn.indexOf('/', rest) < 0 ? 'AWS::S3::Bucket' : 'AWS::S3::Object';
  return ONLY_KIND.get(name) ?? TYPES.get(`${name}:${kindOf(arn, rest)}`) ?? '';
}

function kindOf(arn: string, from: number): string {
  let end = from;
  while (end < arn.length && arn[end] !== '/' && arn[end] !== ':') end++;
  return arn.slice(from, end);
}

/** What EC2's ids begin with. */
const ID_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ami: 'AWS::EC2::Ami',
    eipalloc: 'AWS::EC2::EIP',
    eni: 'AWS::EC2::NetworkInterface',
    fl: 'AWS::EC2::FlowLog',
    i: 'AWS::EC2::Instance',
    igw: 'AWS::EC2::InternetGateway',
    key: 'AWS::EC2::KeyPair',
    lt: 'AWS::EC2::LaunchTemplate',
    nat: 'AWS::EC2::NatGateway',
    acl: 'AWS::EC2::NetworkAcl',
    rtb: 'AWS::EC2::RouteTable',
    sg: 'AWS::EC2::SecurityGroup',
    snap: 'AWS::EC2::Snapshot',
    subnet: 'AWS::EC2::Subnet',
    tgw: 'AWS::EC2::TransitGateway',
    vol: 'AWS::EC2::Volume',
    vpc: 'AWS::EC2::VPC',
    vpce: 'AWS::EC2::VPCEndpoint',
  }),
);

/** `vol-1` → `AWS::EC2::Volume`; '' for what begins otherwise. */
export function typeOfId(id: string): string {
  return ID_TYPES.get(id.slice(0, Math.max(0, id.indexOf('-')))) ?? '';
}
