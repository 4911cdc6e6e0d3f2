/** Where records differ on purpose from what the client sent and saw: by `service Operation`. */

/** Read-only calls whose answers are recorded all the same. */
export const READS_WITH_ELEMENTS: ReadonlySet<string> = new Set([
  'sts AssumeRole',
  'sts AssumeRoleWithWebIdentity',
  'sts GetSessionToken',
]);

/** Given, and hidden or left out as AWS does: sensitive by the model, data rather than parameters, or written in another form. */
export const HIDDEN_PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['iam EnableMFADevice', ['123456', '654321']],
  ['ssm PutParameter', ['blue']],
  ...[
    'AdminCreateUser',
    'AdminSetUserPassword',
    'AdminGetUser',
    'AdminAddUserToGroup',
    'AdminDeleteUser',
  ].map((operation) => [`cognito-idp ${operation}`, ['una', 'email']] as const),
  ['organizations CreateAccount', ['a@example.com', 'second']],
  ['ec2 ModifySnapshotAttribute', ['createVolumePermission']],
  ['ecs RegisterTaskDefinition', ['DB_PASSWORD']],
  ['batch RegisterJobDefinition', ['TOKEN']],
  ['s3 PutObject', ['text/plain']],
  ['dynamodb PutItem', ['k1']],
  ['dynamodb BatchWriteItem', ['k2']],
  ['dynamodb TransactWriteItems', ['k3']],
  ['es CreateDomain', ['root']],
  ['ses SendEmail', ['you@example.com']],
  ['states CreateStateMachine', ['A', 'Pass', 'true']],
  ['logs PutLogEvents', ['1700000000000']],
  ['apigateway UpdateRestApi', ['e']],
]);

/** Members of parameters and answers that are secret, or sensitive by the model, whatever they hold. */
export const SECRET_MEMBERS: ReadonlySet<string> = new Set([
  'SecretAccessKey',
  'SessionToken',
  'KeyMaterial',
  'GrantToken',
  'ClientId',
  'ClientSecret',
  'Username',
  'Attributes',
  'MasterAccountEmail',
  'AccountName',
  'environment',
]);

/** Answers of which AWS records less than the client sees. */
export const LESS_ELEMENTS: ReadonlySet<string> = new Set([
  'lambda DeleteFunction',
  'secretsmanager CreateSecret',
  'secretsmanager PutSecretValue',
]);

/** Codes that CloudTrail writes otherwise than they are answered, by `service code`. EC2's are all written with `Client.` before them. */
export const ERRORS: ReadonlyMap<string, string> = new Map([
  ['iam EntityAlreadyExists', 'EntityAlreadyExistsException'],
  ['iam NoSuchEntity', 'NoSuchEntityException'],
  ['s3 404', 'NoSuchKey'],
  ['rds DBInstanceNotFound', 'DBInstanceNotFoundFault'],
  ['sqs AWS.SimpleQueueService.NonExistentQueue', 'QueueDoesNotExist'],
  ['sns NotFound', 'NotFoundException'],
  ['cloudformation ValidationError', 'ValidationException'],
]);
