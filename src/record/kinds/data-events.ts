const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/**
 * The operations that CloudTrail logs as data events, by signing name, as listed under
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html and the pages of the services it links.
 * Everything else is a management event.
 */
const DATA_EVENTS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html#cloudtrail-object-level-tracking
  [
    's3',
    words(`AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject DeleteObjectTagging DeleteObjects GetObject
      GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent HeadBucket HeadObject
      ListMultipartUploads ListObjects ListObjectsV2 ListObjectVersions ListParts PostObject PutObject PutObjectAcl PutObjectLegalHold
      PutObjectRetention PutObjectTagging RestoreObject SelectObjectContent UploadPart UploadPartCopy WriteGetObjectResponse RenameObject`),
  ],
  ['lambda', words('Invoke InvokeAsync InvokeWithResponseStream')],
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/logging-using-cloudtrail.html
  [
    'dynamodb',
    words(`BatchExecuteStatement BatchGetItem BatchWriteItem DeleteItem ExecuteStatement ExecuteTransaction GetItem PutItem Query Scan
      TransactGetItems TransactWriteItems UpdateItem GetRecords GetShardIterator`),
  ],
  ['dax', words('BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query Scan UpdateItem')],
  ['sns', words('Publish PublishBatch')],
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-logging-using-cloudtrail.html
  [
    'sqs',
    words(
      'ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch ReceiveMessage SendMessage SendMessageBatch',
    ),
  ],
  ['kinesis', words('GetRecords GetShardIterator PutRecord PutRecords SubscribeToShard')],
  ['firehose', words('PutRecord PutRecordBatch')],
  ['kinesisvideo', words('GetMedia PutMedia GetHLSStreamingSessionURL GetDASHStreamingSessionURL GetClip')],
  ['cloudtrail-data', words('PutAuditEvents')],
  [
    'cognito-identity',
    words('GetCredentialsForIdentity GetId GetOpenIdToken GetOpenIdTokenForDeveloperIdentity UnlinkIdentity'),
  ],
  [
    'ebs',
    words(
      'CompleteSnapshot GetSnapshotBlock ListChangedBlocks ListSnapshotBlocks PutSnapshotBlock StartSnapshot',
    ),
  ],
  [
    'rds-data',
    words(
      'BatchExecuteStatement BeginTransaction CommitTransaction ExecuteSql ExecuteStatement RollbackTransaction',
    ),
  ],
  [
    'sagemaker',
    words(
      'InvokeEndpoint InvokeEndpointAsync InvokeEndpointWithResponseStream PutRecord GetRecord DeleteRecord BatchGetRecord',
    ),
  ],
  [
    'bedrock',
    words(
      'InvokeAgent InvokeFlow InvokeInlineAgent Retrieve RetrieveAndGenerate RetrieveAndGenerateStream ApplyGuardrail',
    ),
  ],
  ['monitoring', words('GetMetricData GetMetricStatistics GetMetricWidgetImage ListMetrics PutMetricData')],
  // Not documented as a management event either: volume like that of any data plane.
  ['logs', words('PutLogEvents')],
  // https://docs.aws.amazon.com/ses/latest/dg/logging-using-cloudtrail.html
  ['ses', words('SendBulkEmail SendBulkTemplatedEmail SendEmail SendRawEmail SendTemplatedEmail')],
  ['servicediscovery', words('DiscoverInstances DiscoverInstancesRevision GetInstancesHealthStatus')],
  ['ssmmessages', words('CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel')],
  [
    'swf',
    words(
      'CountClosedWorkflowExecutions CountOpenWorkflowExecutions PollForActivityTask PollForDecisionTask RecordActivityTaskHeartbeat RespondActivityTaskCompleted RespondDecisionTaskCompleted SignalWorkflowExecution StartWorkflowExecution',
    ),
  ],
  ['states', words('InvokeHTTPEndpoint')],
  ['timestream', words('CancelQuery PrepareQuery Query Select WriteRecords')],
  ['xray', words('BatchGetTraces GetTraceGraph GetTraceSummaries PutTelemetryRecords PutTraceSegments')],
  [
    'verifiedpermissions',
    words('BatchIsAuthorized BatchIsAuthorizedWithToken IsAuthorized IsAuthorizedWithToken'),
  ],
]);

export function isDataEvent(service: string, operation: string): boolean {
  return DATA_EVENTS.get(service)?.has(operation) ?? false;
}
