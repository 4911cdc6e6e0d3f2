import type { ApiClient } from '../../../aws/client.ts';
import { objects, texts, type Json } from '../../../aws/pages.ts';

/** One thing that a trail logs: what, and which of it. */
export type Logged = { readonly what: string; readonly which: readonly string[] };

/** What the trail logs, from its selectors. */
export async function trailSelectors(
  api: Pick<ApiClient, 'cloudtrail'>,
  arn: string,
  signal?: AbortSignal,
): Promise<readonly Logged[]> {
  return loggedBy(await api.cloudtrail('GetEventSelectors', { TrailName: arn }, signal));
}

export function loggedBy(answer: Json): readonly Logged[] {
  return [
    ...objects(answer['EventSelectors']).flatMap(basic),
    ...objects(answer['AdvancedEventSelectors']).map(advanced),
  ];
}

const READS_OR_WRITES: Readonly<Record<string, string>> = {
  ReadOnly: 'reads only',
  WriteOnly: 'writes only',
};
const TYPES: Readonly<Record<string, string>> = {
  'AWS::S3::Object': 'S3 objects',
  'AWS::Lambda::Function': 'Lambda functions',
  'AWS::DynamoDB::Table': 'DynamoDB tables',
};
const SOURCES: Readonly<Record<string, string>> = {
  'kms.amazonaws.com': 'KMS',
  'rdsdata.amazonaws.com': 'RDS Data API',
};

function basic(selector: Json): Logged[] {
  const kind = READS_OR_WRITES[String(selector['ReadWriteType'])];
  const rest = kind === undefined ? [] : [kind];
  const without = texts(selector['ExcludeManagementEventSources']).map(
    (source) => `without ${SOURCES[source] ?? source}`,
  );
  const management =
    selector['IncludeManagementEvents'] === false
      ? []
      : [{ what: 'Management events', which: [...rest, ...without] }];
  const data = objects(selector['DataResources']).map(({ Type, Values }) => ({
    what: TYPES[String(Type)] ?? String(Type),
    which: [...texts(Values).map(resource), ...rest],
  }));
  return [...management, ...data];
}

/** `arn:aws:s3:::bucket/prefix` → `bucket/prefix`; a service alone is all of it. */
function resource(value: string): string {
  if (/^arn:[\w-]+:(?:s3(?::::)?|lambda|dynamodb)$/.test(value)) return 'all';
  return value.replace(/^arn:[\w-]+:s3:::/, '').replace(/^arn:[\w-]+:(?:lambda|dynamodb):/, '');
}

const OPERATORS: Readonly<Record<string, string>> = {
  Equals: 'is',
  StartsWith: 'starts with',
  EndsWith: 'ends with',
  NotEquals: 'is not',
  NotStartsWith: 'does not start with',
  NotEndsWith: 'does not end with',
};
const CATEGORIES: Readonly<Record<string, string>> = {
  Management: 'Management events',
  Data: 'Data events',
  NetworkActivity: 'Network activity',
};

function advanced(selector: Json): Logged {
  const fields = objects(selector['FieldSelectors']);
  const valueOf = (name: string) => texts(fields.find(({ Field }) => Field === name)?.['Equals'])[0] ?? '';
  const type = valueOf('resources.type');
  const category = valueOf('eventCategory');
  const what = type === '' ? (CATEGORIES[category] ?? category) : (TYPES[type] ?? type);
  const name =
    typeof selector['Name'] === 'string' && selector['Name'] !== '' ? [`“${selector['Name']}”`] : [];
  const conditions = fields
    .filter(({ Field }) => Field !== 'eventCategory' && Field !== 'resources.type')
    .flatMap(condition);
  return { what, which: [...name, ...conditions] };
}

function condition(field: Json): string[] {
  const name = String(field['Field']);
  const equals = texts(field['Equals']);
  if (name === 'readOnly' && equals.length === 1)
    return [equals[0] === 'true' ? 'reads only' : 'writes only'];
  return Object.entries(OPERATORS).flatMap(([operator, words]) => {
    const values = texts(field[operator]);
    const joint = operator.startsWith('Not') ? ' and ' : ' or ';
    return values.length === 0 ? [] : [`${name} ${words} ${values.join(joint)}`];
  });
}
