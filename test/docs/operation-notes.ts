/** How an operation that is served differs from AWS's, in a sentence; those without one do not. */
export const NOTES: Readonly<Record<string, string>> = {
  'cloudtrail.LookupEvents':
    'Extended: several attributes, more keys, operators, `Scope`, 1,000 a page, `Histogram`, `Values` (ARCHITECTURE.md). No limit of two calls a second; reaches as far back as the history is kept.',
  'cloudtrail.RegisterOrganizationDelegatedAdmin':
    'Three at most. Makes AWSServiceRoleForCloudTrail in the management account where its IAM is served here.',
  'cloudtrail.GetTrailStatus':
    'Extended: `DeliveredFiles`, every log file that was delivered and how many records it has (ARCHITECTURE.md).',
  'cloudtrail.StartImport':
    'From the S3 that trails deliver to. Each event is in the store once, also when it was there before; a prefix is a folder that holds log files (docs/imports.md).',
  'cloudtrail.GetImport': '`EventsCompleted` counts the events that the import added.',
  'cloudtrail.StopImport': 'Answered once nothing more is written.',
  'cloudtrail.PutEventSelectors':
    'In force for what is recorded after it; what was recorded before is delivered by the selectors before.',
  'cloudtrail.CreateEventDataStore':
    '`KmsKeyId` is checked and shown, and queries ask whether it may be used; the tables are not encrypted with it. `BillingMode` decides how long events may be kept, nothing is billed. Takes in events at once: its first status is ENABLED (docs/lake.md).',
  'cloudtrail.ListEventDataStores': 'With all members of a store, which AWS leaves out by now.',
  'cloudtrail.DeleteEventDataStore': 'Purged within a minute once the seven days are over.',
  'cloudtrail.StartEventDataStoreIngestion': 'Takes effect with the record of this very call.',
  'cloudtrail.StopEventDataStoreIngestion': 'What was recorded before the call is still taken in.',
  'cloudtrail.EnableFederation':
    'Shows the store in the database `aws:cloudtrail` of the Athena that is served here. The role is kept and shown; nothing is registered with Glue or Lake Formation.',
  'cloudtrail.PutEventConfiguration':
    'For stores: request context that the record tells (keys that it does not are refused by name), tags of the calling user or role where its IAM is served here, as they are when the event comes to the store; no tags of resources. Records are cut as AWS cuts them for `Standard` also where a store says `Large`. For trails: aggregation of data events.',
  'cloudtrail.PutResourcePolicy': 'Of event data stores, channels and dashboards.',
  'cloudtrail.ListInsightsData':
    'Insights about data events of the own account and region, newest first; those of management events are found with LookupEvents.',
  'cloudtrail.ListInsightsMetricData':
    'Values are calls (or errors) per minute, the average of each period; with `TrailName` of data events, else of management events. A period that `StartTime` falls into is whole.',
  'cloudtrail.PutInsightSelectors':
    'Takes effect at once, where AWS takes up to 36 hours (7 days for event data stores): docs/insights.md. An empty list for a store needs no `InsightsDestination`. Policies are asked about both stores.',
  'cloudtrail.ListPublicKeys': 'Keys of this server: RSA 2048, a new one every 29 days.',
  'cloudtrail.CreateChannel':
    'Custom sources, and the names of the partners that AWS lists; any number of custom channels, one of a partner.',
  'cloudtrail.ListChannels':
    'Channels that were made here: services of AWS, which list channels of their own there, make none.',
  'cloudtrail.GetChannel':
    '`IngestionStatus` also of events that came by CloudEvents or OTLP (docs/ingest.md).',
  'cloudtrail-data.PutAuditEvents':
    'Answered once the events are journalled. An id that comes again by the same channel, within a week of its time, is recorded once and answered with the same eventID (docs/ingest.md).',
  'athena.StartQueryExecution':
    "Trino's SELECT (docs/sql.md) and the DDL of docs/athena.md; CTAS, INSERT, UNLOAD, EXPLAIN, EXECUTE, reuse of results, encryption with CSE_KMS and ACLs are InvalidRequestException. Ends FAILED, retryable, where the server ended. The S3 rights of the caller are asked for each object; Glue's are not.",
  'athena.GetQueryResults': 'Read from the bucket, as the caller. `DATA_MANIFEST` is refused.',
  'athena.GetQueryExecution':
    '`DataScannedInBytes` are the bytes of the files that the query covers, read or cached.',
  'athena.StopQueryExecution': 'A query that has ended stays as it ended.',
  'athena.CreateWorkGroup':
    'Requester pays, CloudWatch metrics, encryption with CSE_KMS, Spark and IAM Identity Center are refused by name.',
  'athena.CreatePreparedStatement': 'Kept and given back; EXECUTE is refused.',
  'athena.ListDataCatalogs': 'One, AwsDataCatalog; others cannot be made.',
  'athena.ListTableMetadata': '`Expression` of letters, digits, `.`, `*` and `|`.',
  'athena.ListDatabases': '`aws:cloudtrail` among them where an event data store is federated.',
  'athena.TagResource': 'Of workgroups.',
  'iam.PutUserPolicy': 'The policy language as AWS documents it, evaluated here.',
  'iam.AttachUserPolicy':
    'Policies made here, and the AWS managed ones that make sense here; others are NoSuchEntity.',
  'iam.CreateUser': 'Permissions boundaries are refused with ValidationError.',
  'iam.CreateRole':
    'Permissions boundaries are refused with ValidationError. Who may assume it: users and roles of this account, sessions in the other recorded ones.',
  'iam.GetPolicyVersion': 'The documents of AWS managed policies are ours: for what Opentrail serves.',
  'iam.ListInstanceProfilesForRole': 'Always empty: there are no instance profiles.',
  'iam.CreateVirtualMFADevice': 'TOTP (RFC 6238), for console sign-in and GetSessionToken.',
  'monitoring.PutMetricAlarm':
    'On one statistic of one metric; `Metrics`, anomaly bands, `EvaluationCriteria` are refused with InvalidParameterValue. Actions are topics and functions of the region. Looked at each minute (each period where that is shorter) and when data comes: what breaches whatever may still come raises it at once.',
  'monitoring.DescribeAlarms': '`CompositeAlarms` is always empty: there are none.',
  'monitoring.DescribeAlarmHistory': 'For 30 days.',
  'monitoring.TagResource': 'Of alarms.',
  'cloudtrail.StartQuery':
    'Trino SELECT (docs/sql.md). Ten at once of an account and region, else MaxConcurrentQueriesException; when ten of all accounts run, further ones wait as QUEUED. `QueryAlias` names a widget of a dashboard.',
  'cloudtrail.DescribeQuery':
    '`EventsMatched` is the number of rows, `EventsScanned` what the engine has read (of a bare `count(*)` one row: it knows the number). A query that ran when the server ended is FAILED and says so. `RefreshId` is that of StartDashboardRefresh.',
  'cloudtrail.GetQueryResults':
    'Kept for seven days, also over a restart. NULL is empty text in the rows. Extended: `QueryResultColumns` (names and types) and `QueryResultNulls` (for each row the places of those that are NULL).',
  'cloudtrail.ListQueries': 'The owner of a store sees the queries of all accounts on it, others their own.',
  'cloudtrail.GenerateQuery':
    'Checked, then always GenerateResponseException: no language model stands behind it. SearchSampleQueries finds ready statements.',
  'cloudtrail.SearchSampleQueries':
    'Over a library of our own, by the words of the phrase; extended: the phrase `*` lists all of it. `$EDS_ID` in a statement stands for the store.',
  'cloudtrail.CreateDashboard':
    'The refresh schedule is carried out with the rights that the resource policies of the dashboard and of the stores give to cloudtrail.amazonaws.com, as in AWS; what was due while the server was down is done once.',
  'cloudtrail.ListDashboards':
    'Managed ones (Overview, Security, Activity, Errors, IAM, S3, Organization) are always among them, with statements of our own; Highlights once it was made.',
  'cloudtrail.StartDashboardRefresh':
    'Its queries do not count among the ten at once. Without times: the last seven days. A managed dashboard must be given `$EventDataStoreId$`; Highlights takes the store that shows most.',
  'monitoring.PutMetricData':
    'Answered once the data is on the disk; it is kept as fine as it comes, for 455 days. `EntityMetricData` is refused by name.',
  'monitoring.GetMetricData':
    'Any statistic of any metric of the own account; metric math and Metrics Insights (`Expression`) are refused with InvalidParameterValue. Percentiles are exact, by nearest rank.',
  'monitoring.GetMetricStatistics':
    'As GetMetricData. Percentiles are of values, not of what was put as `StatisticValues`.',
  'monitoring.ListMetrics': 'Of the own account: `IncludeLinkedAccounts` is refused.',
  'organizations.CreateOrganization':
    'The first account is named `master`; e-mail addresses that nobody gave end in `@accounts.invalid`.',
  'organizations.CreateAccount':
    'Done when it is answered. `IamUserAccessToBilling` changes nothing: there is no billing.',
  'organizations.InviteAccountToOrganization': 'By account number only: no mail is sent.',
  'organizations.EnableAWSServiceAccess':
    'Any service principal; `cloudtrail.amazonaws.com` means something here.',
  'events.CreateEventBus':
    'Partner buses, `KmsKeyIdentifier`, `LogConfig` and `DeadLetterConfig` (AWS: for what its encryption kept from delivery) are refused with UnsupportedOperationException.',
  'events.UpdateEventBus': 'As CreateEventBus.',
  'events.PutPermission': 'A statement of the same id takes the place of the former.',
  'events.PutRule':
    'Fires for what is recorded, whether there is a trail or not. Schedules fire within a second; what fell due while the server was down fires once.',
  'events.DescribeRule': 'Extended: `Deliveries` (docs/rules.md).',
  'events.PutTargets':
    'Topics, queues, functions, log groups of the own account, buses, API destinations; and webhooks, Slack, Teams and e-mail as `arn:aws:opentrail:…` (docs/rules.md). Others are refused with ValidationException, `RoleArn` but for buses and API destinations too.',
  'events.TestEventPattern': 'Extended: `History` tries a pattern on what was recorded (docs/rules.md).',
  'events.PutEvents':
    'At most 256 KB an event. Denials are of the whole call. `EndpointId` is refused with UnsupportedOperationException.',
  'events.CreateConnection':
    'Secrets are sealed with the master key; there is no Secrets Manager, hence no `SecretArn`. Private connectivity and `KmsKeyIdentifier` are refused with UnsupportedOperationException.',
  'events.UpdateConnection': 'As CreateConnection. `AuthParameters` are taken as a whole.',
  'events.CreateApiDestination':
    'Also `http://`; also without authorization, by the connection `…:connection/none/00000000-0000-0000-0000-000000000000`. Private addresses want `OPENTRAIL_WEBHOOK_ALLOW`.',
  'events.UpdateApiDestination': 'As CreateApiDestination.',
  'logs.CreateLogGroup':
    '`kmsKeyId`, `deletionProtectionEnabled` and the class DELIVERY are refused with InvalidParameterException.',
  'logs.DescribeLogGroups': 'Of the own account.',
  'logs.PutLogEvents':
    'Answered once the events are on the disk. An event may have 256 KB. Sequence tokens count for nothing.',
  'logs.FilterLogEvents':
    'Filter patterns as AWS documents them; `!=` holds for no field that is missing. A page comes after five seconds at the latest, with a token to go on.',
  'logs.PutMetricFilter':
    'Asked of every event that arrives from then on, `PutLogEvents` or trail, each counted once, also over a crash; a message that lacks a dimension is not measured. `applyOnTransformedLogs`, `fieldSelectionCriteria` and `emitSystemFieldDimensions` are refused.',
  'logs.PutSubscriptionFilter':
    'To a Lambda function that the log group may invoke or, beyond AWS, to another log group of the account by its ARN, never in a circle. In order, at least once, tried for a day. Kinesis, Firehose and logical destinations are refused with InvalidParameterException; `distribution` makes no difference to what is delivered to.',
  'logs.StartLiveTail':
    'Groups by ARN, an update a second, at most 500 events each, 3 hours, 15 sessions of an account and region. Clients ask a host that begins with `stream-`: see docs/log-groups.md.',
  'logs.StartQuery':
    'The commands fields, display, filter, stats, sort, limit, parse and dedup, with the functions that are used most; what is malformed is told with its place. Answers are kept in memory for an hour, 64 MB of all and 32 MB of one: a restart forgets them. The languages SQL and PPL are refused with InvalidParameterException.',
  'logs.PutQueryDefinition': '`parameters` are refused with InvalidParameterException.',
  'logs.GetLogEvents': '`unmask` is refused.',
  'logs.PutRetentionPolicy':
    'Holds at once for what is shown; expired events leave the disk within ten minutes.',
  'lambda.Invoke':
    'Functions of the folder `OPENTRAIL_FUNCTIONS`, in the home account and region. `Qualifier` is `$LATEST`; `TenantId` and `DurableExecutionName` are refused with InvalidParameterValueException. Event: tried again after one minute and after two.',
  'lambda.ListFunctions': 'Those of the folder, 50 a page.',
  'lambda.GetFunction': 'Without `Code`: the code is in the folder. `CodeSha256` changes with the files.',
  'lambda.AddPermission':
    'Services, accounts and ARNs, with `SourceArn` and `SourceAccount`; `PrincipalOrgID`, `EventSourceToken` and those of function URLs are refused with InvalidParameterValueException.',
  'sqs.CreateQueue':
    'Encryption (`KmsMasterKeyId`, `SqsManagedSseEnabled` true) is refused with UnsupportedOperation. A queue may be made anew at once after it was deleted.',
  'sqs.SendMessage':
    'Answered once the message survives the process. `MessageGroupId` of standard queues is refused with UnsupportedOperation.',
  'sqs.ReceiveMessage': 'No limit of messages in flight. `ReceiveRequestAttemptId` is refused.',
  'sqs.DeleteMessage': 'An older receipt handle than the last takes nothing off, and is no mistake.',
  'sqs.PurgeQueue': 'Done when it is answered, as often as one likes.',
  's3.GetBucketAcl': 'The owner, with full control: access is ruled by policies.',
  's3.GetBucketVersioning': 'Always off: versions are not built.',
  's3.PutObject':
    'Checksums are compared and not kept. SSE-KMS and SSE-S3 encrypt the files on the disk; without them, and without a default of the bucket, they lie there as they are. SSE-C, DSSE, bucket keys, Object Lock and tags are refused with NotImplemented.',
  's3.PutBucketNotificationConfiguration':
    'Events of objects made and removed; those of what is not built (tags, lifecycles, restores) are NotImplemented, as are functions and EventBridge where they are not served. What is not taken is sent again for a day.',
  's3.CreateMultipartUpload': 'As PutObject.',
  's3.GetBucketEncryption':
    'ServerSideEncryptionConfigurationNotFoundError where none was put: nothing is encrypted unasked.',
  's3.PutBucketEncryption': '`BucketKeyEnabled` true and DSSE are refused with NotImplemented.',
  'kms.CreateKey':
    'Symmetric keys of one region; another `KeySpec`, `KeyUsage`, `Origin` and `MultiRegion` are refused with UnsupportedOperationException.',
  'kms.Decrypt':
    '`GrantTokens` and `Recipient` are refused with UnsupportedOperationException, here and elsewhere: there are no grants.',
  'kms.EnableKeyRotation': 'New material at the first use after the day, as on demand.',
  'kms.ScheduleKeyDeletion':
    'The material goes with the first look at the key after the day, or with the next start.',
  'kms.PutKeyPolicy':
    'The policy language as AWS documents it, evaluated here; principals are compared by ARN.',
  's3.CopyObject': 'As PutObject.',
  's3.DeleteObjects': 'Policies are asked for each key.',
  's3.PutBucketPolicy': 'Asked for callers, and for deliveries by cloudtrail.amazonaws.com.',
  'sns.CreateTopic':
    'Standard topics. FIFO, KMS, X-Ray, data protection and delivery status logging are refused by name.',
  'sns.Subscribe':
    'http, https, email, email-json (`OPENTRAIL_SMTP_URL`), sqs, lambda (`OPENTRAIL_FUNCTIONS`, by its own account); firehose, sms and application are refused. Webhooks at private addresses want `OPENTRAIL_WEBHOOK_ALLOW`; user names in URLs are refused.',
  'sns.ConfirmSubscription': 'Also unsigned, by the link that was sent. Tokens live for two days.',
  'sns.Unsubscribe': 'Also unsigned, by the link in a notification.',
  'sns.Publish': 'To topics; `PhoneNumber` and `MessageGroupId` are refused. At most 256 KiB.',
  'sns.PublishBatch': 'As Publish.',
  'sts.AssumeRole':
    'Roles made here, by their trust policies; and `arn:aws:iam::<any account>:role/OpentrailAccountAccess`, to look into another recorded account; and the role of an account that Organizations made, for who made it. Session tags are refused with ValidationError.',
  'sts.GetFederationToken': 'Session tags are refused with ValidationError.',
};
