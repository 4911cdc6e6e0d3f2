/** Operations that CloudTrail logs as data events, the resource type to select them by, and the page that says so. */
type Row = readonly [service: string, type: string, operations: string, source: string];

const DOCS = 'https://docs.aws.amazon.com';
/** The page that lists all resource types; where a service has no list of its own, its operations are those that act on the type. */
const TYPES = `${DOCS}/awscloudtrail/latest/userguide/cloudtrail-events.html#cloudtrail-data-events`;
const S3 = `${DOCS}/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html#cloudtrail-data-events`;
const DYNAMODB = `${DOCS}/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html#ddb-data-plane-events-in-cloudtrail`;
const SQS = `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/logging-using-cloudtrail.html#cloudtrail-data-events`;
const CLOUDWATCH = `${DOCS}/AmazonCloudWatch/latest/monitoring/logging_cw_api_calls.html#CloudWatch-data-plane-events`;
const BEDROCK = `${DOCS}/bedrock/latest/userguide/logging-using-cloudtrail.html#service-name-data-events-cloudtrail`;
const STEP_FUNCTIONS = `${DOCS}/step-functions/latest/dg/procedure-cloud-trail.html#cloudtrail-data-events`;
const SSM = `${DOCS}/systems-manager/latest/userguide/monitoring-cloudtrail-logs.html#cloudtrail-data-events`;
const COGNITO = `${DOCS}/cognito/latest/developerguide/amazon-cognito-info-in-cloudtrail.html#identity-pools-cloudtrail-events`;
const SES = `${DOCS}/ses/latest/dg/logging-using-cloudtrail.html`;
const EBS = `${DOCS}/ebs/latest/userguide/logging-ebs-apis-using-cloudtrail.html`;
const RDS = `${DOCS}/AmazonRDS/latest/AuroraUserGuide/logging-using-cloudtrail-data-api.html`;
const LAMBDA = `${DOCS}/lambda/latest/dg/logging-using-cloudtrail.html#cloudtrail-data-events`;
const SWF = `${DOCS}/amazonswf/latest/developerguide/ct-logging.html#cloudtrail-data-events`;
const CLOUD_MAP = `${DOCS}/cloud-map/latest/dg/cloudtrail-data-events.html`;
const XRAY = `${DOCS}/xray/latest/devguide/xray-api-cloudtrail.html#cloudtrail-data-events`;
const TIMESTREAM = `${DOCS}/timestream/latest/developerguide/logging-using-cloudtrail.html`;
const KEY_VALUES = `${DOCS}/AmazonCloudFront/latest/DeveloperGuide/logging_using_cloudtrail.html`;
/** CloudTrail does not log these at all. Here they are data events, so that nobody's history drowns in them. */
const NEVER_LOGGED = `${DOCS}/AmazonCloudWatch/latest/logs/logging_cw_api_calls_cwl.html`;

/** By signing name; an operation in no row is a management event. Where one acts on two types, the first row gives the type. */
const ROWS: readonly Row[] = [
  [
    's3',
    'AWS::S3::Object',
    `AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject DeleteObjectAnnotation DeleteObjectTagging
      DeleteObjects GetObject GetObjectAcl GetObjectAnnotation GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging
      GetObjectTorrent HeadBucket HeadObject ListObjectAnnotations ListObjects ListObjectsV2 ListObjectVersions ListParts PostObject PutObject
      PutObjectAcl PutObjectAnnotation PutObjectLegalHold PutObjectRetention PutObjectTagging RestoreObject SelectObjectContent
      UpdateObjectEncryption UploadPart UploadPartCopy`,
    S3,
  ],
  ['s3', 'AWS::S3Express::Object', 'CreateSession RenameObject', S3],
  ['s3', 'AWS::S3ObjectLambda::AccessPoint', 'WriteGetObjectResponse', S3],
  ['lambda', 'AWS::Lambda::Function', 'Invoke InvokeAsync InvokeWithResponseStream', LAMBDA],
  ['dynamodb', 'AWS::DynamoDB::Stream', 'GetRecords GetShardIterator', DYNAMODB],
  [
    'dynamodb',
    'AWS::DynamoDB::Table',
    `BatchExecuteStatement BatchGetItem BatchWriteItem DeleteItem ExecuteStatement ExecuteTransaction GetItem PutItem Query Scan
      TransactGetItems TransactWriteItems UpdateItem`,
    DYNAMODB,
  ],
  [
    'dax',
    'AWS::DynamoDB::Table',
    'BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query Scan UpdateItem',
    DYNAMODB,
  ],
  ['sns', 'AWS::SNS::Topic', 'Publish PublishBatch', TYPES],
  [
    'sqs',
    'AWS::SQS::Queue',
    `ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch ReceiveMessage SendMessage SendMessageBatch`,
    SQS,
  ],
  ['kinesis', 'AWS::Kinesis::Stream', 'GetRecords GetShardIterator PutRecord PutRecords', TYPES],
  ['kinesis', 'AWS::Kinesis::StreamConsumer', 'SubscribeToShard', TYPES],
  ['firehose', 'AWS::KinesisFirehose::DeliveryStream', 'PutRecord PutRecordBatch', TYPES],
  [
    'kinesisvideo',
    'AWS::KinesisVideo::Stream',
    'GetClip GetDASHStreamingSessionURL GetHLSStreamingSessionURL GetImages GetMedia GetMediaForFragmentList ListFragments PutMedia',
    TYPES,
  ],
  ['kinesisvideo', 'AWS::KinesisVideo::SignalingChannel', 'GetIceServerConfig SendAlexaOfferToMaster', TYPES],
  ['cloudtrail-data', 'AWS::CloudTrail::Channel', 'PutAuditEvents', TYPES],
  [
    'cognito-identity',
    'AWS::Cognito::IdentityPool',
    'GetCredentialsForIdentity GetId GetOpenIdToken GetOpenIdTokenForDeveloperIdentity UnlinkIdentity',
    COGNITO,
  ],
  [
    'ebs',
    'AWS::EC2::Snapshot',
    'CompleteSnapshot GetSnapshotBlock ListChangedBlocks ListSnapshotBlocks PutSnapshotBlock StartSnapshot',
    EBS,
  ],
  [
    'rds-data',
    'AWS::RDS::DBCluster',
    'BatchExecuteStatement BeginTransaction CommitTransaction ExecuteSql ExecuteStatement RollbackTransaction',
    RDS,
  ],
  [
    'sagemaker',
    'AWS::SageMaker::Endpoint',
    'InvokeEndpoint InvokeEndpointAsync InvokeEndpointWithResponseStream',
    TYPES,
  ],
  ['sagemaker', 'AWS::SageMaker::FeatureGroup', 'BatchGetRecord DeleteRecord GetRecord PutRecord', TYPES],
  ['sagemaker', 'AWS::SageMaker::ExperimentTrialComponent', 'BatchGetMetrics BatchPutMetrics', TYPES],
  ['bedrock', 'AWS::Bedrock::AgentAlias', 'InvokeAgent', BEDROCK],
  ['bedrock', 'AWS::Bedrock::InlineAgent', 'InvokeInlineAgent', BEDROCK],
  [
    'bedrock',
    'AWS::Bedrock::KnowledgeBase',
    'Retrieve RetrieveAndGenerate RetrieveAndGenerateStream',
    BEDROCK,
  ],
  ['bedrock', 'AWS::Bedrock::FlowAlias', 'InvokeFlow', BEDROCK],
  ['bedrock', 'AWS::Bedrock::Guardrail', 'ApplyGuardrail', BEDROCK],
  ['bedrock', 'AWS::Bedrock::Prompt', 'RenderPrompt', BEDROCK],
  ['bedrock', 'AWS::Bedrock::Model', 'InvokeModelWithBidirectionalStream', BEDROCK],
  ['bedrock', 'AWS::Bedrock::AsyncInvoke', 'GetAsyncInvoke StartAsyncInvoke', BEDROCK],
  [
    'monitoring',
    'AWS::CloudWatch::Metric',
    'GetMetricData GetMetricStatistics GetMetricWidgetImage ListMetrics PutMetricData',
    CLOUDWATCH,
  ],
  ['logs', 'AWS::Logs::LogGroup', 'PutLogEvents', NEVER_LOGGED],
  [
    'ses',
    'AWS::SES::EmailIdentity',
    'SendBulkEmail SendBulkTemplatedEmail SendEmail SendRawEmail SendTemplatedEmail',
    SES,
  ],
  [
    'servicediscovery',
    'AWS::ServiceDiscovery::Service',
    'DiscoverInstances DiscoverInstancesRevision GetInstance GetInstancesHealthStatus ListInstances',
    CLOUD_MAP,
  ],
  ['ssmmessages', 'AWS::SSMMessages::ControlChannel', 'CreateControlChannel OpenControlChannel', SSM],
  ['ssm', 'AWS::SSM::ManagedNode', 'RequestManagedInstanceRoleToken', SSM],
  [
    'swf',
    'AWS::SWF::Domain',
    `CountClosedWorkflowExecutions CountOpenWorkflowExecutions CountPendingActivityTasks CountPendingDecisionTasks DescribeWorkflowExecution
      GetWorkflowExecutionHistory ListClosedWorkflowExecutions ListOpenWorkflowExecutions PollForActivityTask PollForDecisionTask
      RecordActivityTaskHeartbeat RequestCancelWorkflowExecution RespondActivityTaskCanceled RespondActivityTaskCompleted
      RespondActivityTaskFailed RespondDecisionTaskCompleted SignalWorkflowExecution StartWorkflowExecution TerminateWorkflowExecution`,
    SWF,
  ],
  ['states', 'AWS::StepFunctions::StateMachine', 'InvokeHTTPEndpoint StartSyncExecution', STEP_FUNCTIONS],
  ['states', 'AWS::StepFunctions::Activity', 'GetActivityTask', STEP_FUNCTIONS],
  ['timestream', 'AWS::Timestream::Table', 'CancelQuery PrepareQuery Query Select WriteRecords', TIMESTREAM],
  [
    'xray',
    'AWS::XRay::Trace',
    'BatchGetTraces GetTraceGraph GetTraceSummaries PutTelemetryRecords PutTraceSegments',
    XRAY,
  ],
  [
    'verifiedpermissions',
    'AWS::VerifiedPermissions::PolicyStore',
    'BatchIsAuthorized BatchIsAuthorizedWithToken IsAuthorized IsAuthorizedWithToken',
    TYPES,
  ],
  ['guardduty', 'AWS::GuardDuty::Detector', 'SendSecurityTelemetry', TYPES],
  [
    'cloudfront-keyvaluestore',
    'AWS::CloudFront::KeyValueStore',
    'DeleteKey DescribeKeyValueStore GetKey ListKeys PutKey UpdateKeys',
    KEY_VALUES,
  ],
];

const TYPE_OF: ReadonlyMap<string, string> = new Map(
  ROWS.toReversed().flatMap(([service, type, operations]) =>
    operations.split(/\s+/).map((operation) => [`${service}:${operation}`, type] as const),
  ),
);

export function isDataEvent(service: string, operation: string): boolean {
  return TYPE_OF.has(`${service}:${operation}`);
}

/** `resources.type` of a data event: what advanced event selectors choose it by; undefined for a management event. */
export function dataEventType(service: string, operation: string): string | undefined {
  return TYPE_OF.get(`${service}:${operation}`);
}
