import { AwsError } from '../../aws/errors.ts';
import type { LookupCondition, LookupKey, LookupOperator } from '../../store/contract.ts';
import { isRecord, member } from './members.ts';

const KEYS: ReadonlySet<string> = new Set<LookupKey>([
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
  'SourceIPAddress',
  'UserArn',
  'ErrorCode',
  'AwsRegion',
  'RecipientAccountId',
  'EventCategory',
]);
const OPERATORS: ReadonlySet<string> = new Set<LookupOperator>(['equals', 'not', 'prefix']);
const INSIGHT_KEYS: ReadonlySet<LookupKey> = new Set<LookupKey>(['EventId', 'EventName', 'EventSource']);
const MOST_ATTRIBUTES = 50;
const MOST_CHARACTERS = 2000;

/** The conditions of `LookupAttributes`: different keys are joined with AND, a repeated key (with the same operator) with OR. */
export function lookupConditions(attributes: unknown): readonly LookupCondition[] {
  if (attributes === undefined || attributes === null) return [];
  if (!Array.isArray(attributes)) throw invalidAttributes('LookupAttributes must be a list.');
  if (attributes.length > MOST_ATTRIBUTES)
    throw invalidAttributes(`LookupAttributes may hold ${MOST_ATTRIBUTES} items at most.`);
  const conditions = new Map<string, { key: LookupKey; operator: LookupOperator; values: string[] }>();
  attributes.forEach((attribute: unknown, i) => {
    const { key, operator, value } = readAttribute(attribute, `LookupAttributes[${i}]`);
    const same = conditions.get(`${key} ${operator}`);
    if (same) same.values.push(value);
    else conditions.set(`${key} ${operator}`, { key, operator, values: [value] });
  });
  return [...conditions.values()];
}

function readAttribute(attribute: unknown, name: string) {
  if (!isRecord(attribute)) throw invalidAttributes(`${name} must have AttributeKey and AttributeValue.`);
  const key = lookupKey(member(attribute, 'AttributeKey'), `${name}.AttributeKey`);
  return {
    key,
    operator: operatorOf(member(attribute, 'Operator') ?? 'equals', `${name}.Operator`),
    value: valueOf(key, member(attribute, 'AttributeValue'), `${name}.AttributeValue`),
  };
}

export function lookupKey(value: unknown, name: string): LookupKey {
  if (typeof value === 'string' && KEYS.has(value)) return value as LookupKey;
  throw invalidAttributes(
    `${shown(value)} is not a valid ${name}: it must be one of ${[...KEYS].join(', ')}.`,
  );
}

function operatorOf(value: unknown, name: string): LookupOperator {
  if (typeof value === 'string' && OPERATORS.has(value)) return value as LookupOperator;
  throw invalidAttributes(`${shown(value)} is not a valid ${name}: it must be one of equals, not, prefix.`);
}

function valueOf(key: LookupKey, value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length === 0)
    throw invalidAttributes(`${name} must be a text of 1 to ${MOST_CHARACTERS} characters.`);
  if (countedLength(value) > MOST_CHARACTERS) {
    throw invalidAttributes(
      `${name} is longer than ${MOST_CHARACTERS} characters ("_", " ", "," and line breaks count as two).`,
    );
  }
  return key === 'EventCategory' ? categoryName(value) : value;
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html */
function countedLength(value: string): number {
  let length = value.length;
  for (const char of value) if (char === '_' || char === ' ' || char === ',' || char === '\n') length += 1;
  return length;
}

const CATEGORY_NAMES: readonly string[] = [
  'Management',
  'Data',
  'Insight',
  'NetworkActivity',
  'Aggregated',
  'ActivityAuditLog',
];

/** `management` as in EventCategory, or `Management` as in the record. */
function categoryName(value: string): string {
  return CATEGORY_NAMES.find((name) => name.toLowerCase() === value.toLowerCase()) ?? value;
}

/** Insights know no users or resources. */
export function checkInsightKeys(conditions: readonly LookupCondition[]): void {
  const wrong = conditions.find(({ key }) => !INSIGHT_KEYS.has(key));
  if (wrong)
    throw invalidAttributes(
      `${wrong.key} is not a valid attribute key for Insights events: it must be one of ${[...INSIGHT_KEYS].join(', ')}.`,
    );
}

const shown = (value: unknown) => (value === undefined ? 'null' : JSON.stringify(value).slice(0, 200));

function invalidAttributes(message: string): AwsError {
  return new AwsError('InvalidLookupAttributesException', message);
}
