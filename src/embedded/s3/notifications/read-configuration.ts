import { FUNCTION_ARN, STANDARD_QUEUE_ARN, TOPIC_ARN } from '../../../aws/arn.ts';
import { AwsError } from '../../../aws/errors.ts';
import { randomAlnum } from '../../../base/ids.ts';
import { notBuilt } from '../encryption-input.ts';
import { covers, type DestinationKind, type NotificationRule } from './configuration.ts';

/** Events that happen here, or could: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const EVENTS: ReadonlySet<string> = new Set([
  's3:ObjectCreated:*',
  's3:ObjectCreated:Put',
  's3:ObjectCreated:Post',
  's3:ObjectCreated:Copy',
  's3:ObjectCreated:CompleteMultipartUpload',
  's3:ObjectRemoved:*',
  's3:ObjectRemoved:Delete',
  's3:ObjectRemoved:DeleteMarkerCreated',
]);
/** Of what is not built: tags, lifecycles, storage classes, versions. */
const UNBUILT =
  /^s3:(TestEvent|ReducedRedundancyLostObject|ObjectRestore:.+|Replication:.+|ObjectTagging:.+|ObjectAcl:Put|ObjectAnnotation:.+|ObjectRetention:.+|LifecycleExpiration:.+|LifecycleTransition|IntelligentTiering)$/;

const MOST_RULES = 100;

type RawRule = {
  readonly Id?: string;
  readonly QueueArn?: string;
  readonly TopicArn?: string;
  readonly LambdaFunctionArn?: string;
  readonly Events?: readonly string[];
  readonly Filter?: {
    readonly Key?: { readonly FilterRules?: readonly { Name?: string; Value?: string }[] };
  };
};

type RawConfiguration = {
  readonly QueueConfigurations?: readonly RawRule[];
  readonly TopicConfigurations?: readonly RawRule[];
  readonly LambdaFunctionConfigurations?: readonly RawRule[];
  readonly EventBridgeConfiguration?: unknown;
};

/** What PutBucketNotificationConfiguration asks for. Throws MalformedXML, InvalidArgument, NotImplemented. */
export function readConfiguration(given: unknown): readonly NotificationRule[] {
  if (typeof given !== 'object' || given === null) throw malformed();
  const raw = given as RawConfiguration;
  const rules = [
    ...(raw.TopicConfigurations ?? []).map((one) => readRule('topic', one.TopicArn, one)),
    ...(raw.QueueConfigurations ?? []).map((one) => readRule('queue', one.QueueArn, one)),
    ...(raw.LambdaFunctionConfigurations ?? []).map((one) =>
      readRule('function', one.LambdaFunctionArn, one),
    ),
  ];
  if (rules.length > MOST_RULES)
    throw invalid(`A bucket has at most ${MOST_RULES} notification configurations.`);
  checkTogether(rules);
  if (raw.EventBridgeConfiguration === undefined) return rules;
  return [...rules, { id: '', kind: 'bus', arn: '', events: [] }];
}

function readRule(kind: DestinationKind, arn: string | undefined, raw: RawRule): NotificationRule {
  const events = raw.Events ?? [];
  if (arn === undefined || arn === '' || events.length === 0) throw malformed();
  for (const event of events) {
    if (EVENTS.has(event)) continue;
    if (UNBUILT.test(event)) throw notBuilt(`the event ${event}`);
    throw invalid(`The event '${event.slice(0, 100)}' is not supported for notifications`, 'Event');
  }
  if (!SHAPES[kind].test(arn)) throw invalid('The ARN is not well formed', arn);
  const id = raw.Id ?? randomAlnum(48);
  if (id.length > 255) throw invalid('The ID of a notification configuration has at most 255 characters.');
  return { id, kind, arn, events, ...readFilter(raw.Filter) };
}

const SHAPES: Readonly<Record<DestinationKind, RegExp>> = {
  queue: STANDARD_QUEUE_ARN,
  topic: TOPIC_ARN,
  function: FUNCTION_ARN,
  bus: /^$/,
};

function readFilter(filter: RawRule['Filter']): { readonly prefix?: string; readonly suffix?: string } {
  const read: { prefix?: string; suffix?: string } = {};
  for (const { Name, Value = '' } of filter?.Key?.FilterRules ?? []) {
    const name = Name?.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix')
      throw invalid('filter rule name must be either prefix or suffix', 'FilterRule.Name');
    if (read[name] !== undefined) throw invalid(`Cannot specify more than one ${name} rule in a filter.`);
    if (Buffer.byteLength(Value) > 1024)
      throw invalid('A filter value has at most 1024 bytes.', 'FilterRule.Value');
    read[name] = Value;
  }
  return read;
}

/** No two may tell of one and the same change: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html */
function checkTogether(rules: readonly NotificationRule[]): void {
  if (new Set(rules.map(({ id }) => id)).size < rules.length)
    throw invalid('Same ID used for multiple configurations. IDs must be unique', 'Id');
  rules.forEach((one, at) => {
    if (rules.slice(at + 1).some((other) => overlap(one, other)))
      throw invalid(
        'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
        'Configuration',
      );
  });
}

function overlap(a: NotificationRule, b: NotificationRule): boolean {
  const share = a.events.some((one) => b.events.some((other) => covers(one, other) || covers(other, one)));
  const starts = (one = '', other = '') => one.startsWith(other) || other.startsWith(one);
  const ends = (one = '', other = '') => one.endsWith(other) || other.endsWith(one);
  return share && starts(a.prefix, b.prefix) && ends(a.suffix, b.suffix);
}

/** As GetBucketNotificationConfiguration shows it. */
export function shownConfiguration(rules: readonly NotificationRule[]): Readonly<Record<string, unknown>> {
  const of = (kind: DestinationKind, member: string) =>
    rules
      .filter((rule) => rule.kind === kind)
      .map((rule) => ({ Id: rule.id, [member]: rule.arn, Events: rule.events, ...shownFilter(rule) }));
  const lists = {
    TopicConfigurations: of('topic', 'TopicArn'),
    QueueConfigurations: of('queue', 'QueueArn'),
    LambdaFunctionConfigurations: of('function', 'LambdaFunctionArn'),
  };
  const named = Object.entries(lists).filter(([, list]) => list.length > 0);
  const bus = rules.some(({ kind }) => kind === 'bus') ? { EventBridgeConfiguration: {} } : {};
  return { ...Object.fromEntries(named), ...bus };
}

function shownFilter({ prefix, suffix }: NotificationRule) {
  const rules = [
    { Name: 'Prefix', Value: prefix },
    { Name: 'Suffix', Value: suffix },
  ].filter(({ Value }) => Value !== undefined);
  return rules.length === 0 ? {} : { Filter: { Key: { FilterRules: rules } } };
}

export function invalid(message: string, argument?: string): AwsError {
  return new AwsError('InvalidArgument', message, {
    ...(argument === undefined ? {} : { detail: { ArgumentName: argument } }),
  });
}

function malformed(): AwsError {
  return new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
