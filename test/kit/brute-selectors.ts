/**
 * What selectors select, told once more and as plainly as can be, straight from the record: the tests' second opinion.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-data-events.html
 */

export type Json = Readonly<Record<string, unknown>>;
type Field = { readonly Field: string } & Readonly<Record<string, readonly string[] | string | undefined>>;

export type SelectorSet =
  | { readonly EventSelectors: readonly Json[] }
  | { readonly AdvancedEventSelectors: readonly { readonly FieldSelectors: readonly Field[] }[] };

/** `facts`: what the record does not say itself where it is old. */
export function bruteSelects(
  set: SelectorSet,
  record: Json,
  facts: { readonly readOnly: boolean; readonly category: string },
): boolean {
  if ('EventSelectors' in set) return set.EventSelectors.some((selector) => basic(selector, record, facts));
  return set.AdvancedEventSelectors.some(({ FieldSelectors }) => advanced(FieldSelectors, record, facts));
}

type Facts = Parameters<typeof bruteSelects>[2];

function basic(selector: Json, record: Json, { readOnly, category }: Facts): boolean {
  const type = selector['ReadWriteType'] ?? 'All';
  if (type === 'ReadOnly' && !readOnly) return false;
  if (type === 'WriteOnly' && readOnly) return false;
  if (category === 'Management') {
    if (selector['IncludeManagementEvents'] === false) return false;
    const excluded = (selector['ExcludeManagementEventSources'] ?? []) as readonly unknown[];
    return !excluded.includes(record['eventSource']);
  }
  return category === 'Data' && basicData(selector, record);
}

function basicData(selector: Json, record: Json): boolean {
  for (const { Type, Values } of (selector['DataResources'] ?? []) as { Type: string; Values: string[] }[]) {
    for (const value of Values) {
      if (Type === 'AWS::S3::Object' && record['eventSource'] === 's3.amazonaws.com') {
        if (value === 'arn:aws:s3' || value === 'arn:aws:s3:::') return true;
        if (arnsOf(record).some((arn) => arn.indexOf(value) === 0)) return true;
      }
      if (Type === 'AWS::Lambda::Function' && record['eventSource'] === 'lambda.amazonaws.com') {
        if (value === 'arn:aws:lambda' || arnsOf(record).includes(value)) return true;
      }
      if (Type === 'AWS::DynamoDB::Table' && record['eventSource'] === 'dynamodb.amazonaws.com') {
        if (
          value === 'arn:aws:dynamodb' ||
          arnsOf(record).some((arn) => `${arn}/`.indexOf(`${value}/`) === 0)
        )
          return true;
      }
    }
  }
  return false;
}

function resourcesOf(record: Json): readonly Json[] {
  return Array.isArray(record['resources']) ? (record['resources'] as Json[]) : [];
}

function arnsOf(record: Json): string[] {
  return resourcesOf(record).map((resource) => String(resource['ARN'] ?? resource['ARNPrefix'] ?? ''));
}

function advanced(fields: readonly Field[], record: Json, facts: Facts): boolean {
  const ofResources = fields.filter(({ Field }) => Field.startsWith('resources.'));
  for (const field of fields) {
    if (!field.Field.startsWith('resources.') && !holds(field, valueOf(field.Field, record, facts)))
      return false;
  }
  if (ofResources.length === 0) return true;
  return resourcesOf(record).some((resource) =>
    ofResources.every((field) => {
      const value =
        field.Field === 'resources.type' ? resource['type'] : (resource['ARN'] ?? resource['ARNPrefix']);
      return holds(field, value === undefined ? undefined : String(value));
    }),
  );
}

function valueOf(field: string, record: Json, { readOnly, category }: Facts): string | undefined {
  if (field === 'eventCategory') return category;
  if (field === 'readOnly') return String(readOnly);
  if (field === 'userIdentity.arn') {
    const arn = (record['userIdentity'] as Json | undefined)?.['arn'];
    return typeof arn === 'string' && arn !== '' ? arn : undefined;
  }
  const value = record[field];
  return value === undefined || value === null || value === '' ? undefined : String(value);
}

function holds(field: Field, value: string | undefined): boolean {
  const list = (operator: string) => (field[operator] ?? []) as readonly string[];
  const positives = [
    ...list('Equals').map((wanted) => value === wanted),
    ...list('StartsWith').map((wanted) => value !== undefined && value.slice(0, wanted.length) === wanted),
    ...list('EndsWith').map((wanted) => value?.slice(-wanted.length) === wanted),
  ];
  const negatives = [
    ...list('NotEquals').map((wanted) => value === wanted),
    ...list('NotStartsWith').map((wanted) => value !== undefined && value.slice(0, wanted.length) === wanted),
    ...list('NotEndsWith').map((wanted) => value?.slice(-wanted.length) === wanted),
  ];
  return (positives.length === 0 || positives.includes(true)) && !negatives.includes(true);
}
