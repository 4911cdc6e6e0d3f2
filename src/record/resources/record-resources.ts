type Json = Readonly<Record<string, unknown>>;

/** One of a record's `resources[]`, in the key order of real records. */
export type RecordResource = {
  readonly accountId?: string | undefined;
  readonly type?: string | undefined;
  readonly ARN?: string;
  readonly ARNPrefix?: string;
};

export type ResourceQuestion = {
  readonly operation: string;
  readonly region: string;
  readonly account: string;
  readonly parameters: Json;
  readonly elements: Json;
};

type Namer = (question: ResourceQuestion) => readonly RecordResource[];

/**
 * The record's `resources[]`: ARNs of what the call was about, by which event selectors choose data events. For the services whose real
 * records have them; a call on several objects names each.
 */
const NAMERS: ReadonlyMap<string, Namer> = new Map<string, Namer>([
  [
    'cloudtrail-data',
    ({ account, parameters }) => [byArn('AWS::CloudTrail::Channel', text(parameters['channelArn']), account)],
  ],
  [
    'dynamodb',
    (question) =>
      tablesOf(question.parameters).map((table) =>
        byArn('AWS::DynamoDB::Table', arn(question, 'dynamodb', `table/${table}`, table), question.account),
      ),
  ],
  [
    'kinesis',
    (question) => [named(question, 'AWS::Kinesis::Stream', 'kinesis', 'streamARN', 'streamName', 'stream/')],
  ],
  ['kms', kmsKeys],
  [
    'lambda',
    (question) => [
      named(question, 'AWS::Lambda::Function', 'lambda', 'functionArn', 'functionName', 'function:'),
    ],
  ],
  ['s3', s3Resources],
  [
    'sns',
    ({ account, parameters }) => [
      byArn('AWS::SNS::Topic', text(parameters['topicArn']) || text(parameters['targetArn']), account),
    ],
  ],
  ['sqs', (question) => [byArn('AWS::SQS::Queue', queueArn(question), question.account)]],
  ['ssm', ssmParameters],
  ['sts', ({ parameters }) => [byArn('AWS::IAM::Role', text(parameters['roleArn']), undefined)]],
]);

/** Only these services say so for management events too; the others for data events alone. */
const ALWAYS: ReadonlySet<string> = new Set(['kms', 's3', 'ssm', 'sts']);

const MOST = 1000;

/** Undefined when the record has no `resources`. */
export function recordResources(
  service: string,
  dataEvent: boolean,
  question: ResourceQuestion,
): readonly RecordResource[] | undefined {
  if (!dataEvent && !ALWAYS.has(service)) return undefined;
  const found = NAMERS.get(service)?.(question).filter((one) => (one.ARN ?? one.ARNPrefix ?? '') !== '');
  return found === undefined || found.length === 0 ? undefined : found.slice(0, MOST);
}

function byArn(type: string, whole: string, account: string | undefined): RecordResource {
  return { accountId: whole.startsWith('arn:') ? accountOf(whole) || account : account, type, ARN: whole };
}

// eslint-disable-next-line max-params -- a row of the table above, read as one
function named(
  question: ResourceQuestion,
  type: string,
  service: string,
  arnMember: string,
  nameMember: string,
  prefix: string,
): RecordResource {
  const whole = text(question.parameters[arnMember]);
  const name = whole || text(question.parameters[nameMember]);
  return byArn(type, name === '' ? '' : arn(question, service, prefix + name, name), question.account);
}

/** `name` may be an ARN already. */
function arn({ region, account }: ResourceQuestion, service: string, rest: string, name: string): string {
  return name.startsWith('arn:') ? name : `arn:aws:${service}:${region}:${account}:${rest}`;
}

function tablesOf(parameters: Json): readonly string[] {
  const single = text(parameters['tableName']);
  if (single !== '') return [single];
  const found = new Set(Object.keys(object(parameters['requestItems'])));
  for (const item of list(parameters['transactItems'])) {
    for (const action of Object.values(object(item))) found.add(text(object(action)['tableName']));
  }
  found.delete('');
  return [...found];
}

function kmsKeys(question: ResourceQuestion): readonly RecordResource[] {
  const { parameters, elements } = question;
  const candidates = [
    elements['keyId'],
    object(elements['keyMetadata'])['arn'],
    parameters['keyId'],
    parameters['targetKeyId'],
  ].map(text);
  const found = candidates.filter(
    (one) => one !== '' && !one.startsWith('alias/') && !one.includes(':alias/'),
  );
  const arns = found.map((one) => arn(question, 'kms', `key/${one}`, one));
  return [...new Set(arns)].map((one) => byArn('AWS::KMS::Key', one, question.account));
}

function ssmParameters(question: ResourceQuestion): readonly RecordResource[] {
  const { operation, parameters } = question;
  if (!operation.includes('Parameter') || operation.startsWith('Describe')) return [];
  const names = [text(parameters['name']), ...list(parameters['names']).map(text)].filter(
    (name) => name !== '',
  );
  return names.map((name) => ({
    accountId: question.account,
    ARN: arn(question, 'ssm', `parameter/${name.replace(/^\//, '')}`, name),
  }));
}

function queueArn(question: ResourceQuestion): string {
  const [name = '', account = ''] = text(question.parameters['queueUrl']).split('/').reverse();
  return name === ''
    ? ''
    : `arn:aws:sqs:${question.region}:${/^\d{12}$/.test(account) ? account : question.account}:${name}`;
}

function s3Resources({ operation, account, parameters }: ResourceQuestion): readonly RecordResource[] {
  const bucket = text(parameters['bucketName']);
  if (bucket === '' || operation === 'CreateBucket') return [];
  const whole = `arn:aws:s3:::${bucket}`;
  const owner: RecordResource = { accountId: account, type: 'AWS::S3::Bucket', ARN: whole };
  const object_ = (key: string): RecordResource => ({ type: 'AWS::S3::Object', ARN: `${whole}/${key}` });
  const key = text(parameters['key']);
  if (key !== '') return [object_(key), owner];
  if (operation === 'DeleteObjects') return [...deletedKeys(parameters).map(object_), owner];
  if (operation.startsWith('ListObject'))
    return [{ type: 'AWS::S3::Object', ARNPrefix: `${whole}/${text(parameters['prefix'])}` }, owner];
  return [owner];
}

function deletedKeys(parameters: Json): readonly string[] {
  const objects = object(parameters['Delete'])['Object'];
  return (Array.isArray(objects) ? objects : [objects])
    .map((one) => text(object(one)['Key']))
    .filter((key) => key !== '');
}

function accountOf(whole: string): string {
  return whole.split(':', 5)[4] ?? '';
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
