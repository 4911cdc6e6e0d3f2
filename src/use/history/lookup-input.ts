import { AwsError } from '../../aws/errors.ts';
import type { CallContext, OperationInput } from '../../aws/operation.ts';
import type { OrganizationPort } from '../../aws/ports.ts';
import type { EventCategory } from '../../record/event-record.ts';
import type { LookupCondition, LookupKey, LookupScope } from '../../store/contract.ts';
import { lookupConditions, lookupKey, checkInsightKeys } from './lookup-attributes.ts';
import { invalid, isRecord, member } from './members.ts';

/** A checked LookupEvents call, plain or extended. */
export type LookupInput = {
  readonly scope: LookupScope;
  /** Only events of these accounts, of all the scope has. */
  readonly accounts: readonly string[] | undefined;
  /** Seconds since the epoch, inclusive; undefined where the call leaves it open. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly categories: readonly EventCategory[];
  readonly conditions: readonly LookupCondition[];
  readonly limit: number;
  readonly nextToken: string | undefined;
  readonly histogram: { readonly bucketSeconds: number } | undefined;
  readonly values: { readonly key: LookupKey; readonly prefix: string; readonly limit: number } | undefined;
};

const DEFAULT_RESULTS = 50;
const MOST_RESULTS = 1000;

/** Checks what came, with AWS's errors. Members beyond the model come in the raw body (`context.extensions`). */
export async function readLookupInput(
  input: OperationInput,
  context: CallContext,
  organizationOf: OrganizationPort['of'],
): Promise<LookupInput> {
  const { extensions } = context;
  const insight = categoryText(input, extensions) === 'insight';
  const conditions = lookupConditions(member(extensions, 'LookupAttributes') ?? input['LookupAttributes']);
  if (insight) checkInsightKeys(conditions);
  const { start, end } = timeRange(input);
  const scope = member(extensions, 'Scope');
  return {
    ...(scope === 'organization' ? await inOrganization(context, organizationOf) : scopeOf(scope, context)),
    start,
    end,
    categories: categoriesOf(categoryText(input, extensions), conditions),
    conditions,
    limit: maxResults(input['MaxResults'] ?? DEFAULT_RESULTS),
    nextToken: nextToken(input['NextToken']),
    histogram: histogramOf(member(extensions, 'Histogram')),
    values: valuesOf(member(extensions, 'Values')),
  };
}

function categoryText(input: OperationInput, extensions: CallContext['extensions']): unknown {
  return member(extensions, 'EventCategory') ?? input['EventCategory'];
}

const CATEGORIES: Readonly<Record<string, readonly EventCategory[]>> = {
  insight: ['Insight'],
  management: ['Management'],
  data: ['Data'],
  all: [],
};

/** Unasked, management events, as in AWS; unless the attributes themselves are about the category. */
function categoriesOf(category: unknown, conditions: readonly LookupCondition[]): readonly EventCategory[] {
  if (category === undefined || category === null)
    return conditions.some(({ key }) => key === 'EventCategory') ? [] : ['Management'];
  const found =
    typeof category === 'string' && Object.hasOwn(CATEGORIES, category) ? CATEGORIES[category] : undefined;
  if (!found) {
    throw new AwsError(
      'InvalidEventCategoryException',
      `The event category ${JSON.stringify(category)} is not valid: EventCategory must be one of insight, management, data, all.`,
    );
  }
  return found;
}

function scopeOf(scope: unknown, context: CallContext): Pick<LookupInput, 'scope' | 'accounts'> {
  if (scope === undefined || scope === null)
    return { scope: { account: context.accountId, region: context.region }, accounts: undefined };
  if (scope !== 'all') throw invalid('Scope', scope, 'must be "all", "organization" or absent');
  context.authorize('opentrail:AllAccounts', '*');
  return { scope: 'all', accounts: undefined };
}

/** For the management account and delegated administrators of CloudTrail: what the accounts have that belong to it now. */
async function inOrganization(
  { accountId, authorize }: CallContext,
  organizationOf: OrganizationPort['of'],
): Promise<Pick<LookupInput, 'scope' | 'accounts'>> {
  authorize('opentrail:OrganizationEvents', '*');
  const organization = await organizationOf(accountId);
  if (organization === undefined) {
    throw new AwsError(
      'OrganizationsNotInUseException',
      `The account ${accountId} is not a member of an organization.`,
    );
  }
  const { managementAccount, administrators, accounts } = organization;
  if (![managementAccount, ...administrators].includes(accountId)) {
    throw new AwsError(
      'NotOrganizationMasterAccountException',
      `The account ${accountId} is neither the management account of its organization nor a delegated administrator for CloudTrail.`,
    );
  }
  return { scope: 'all', accounts };
}

/** Events have whole seconds, so a start within a second begins with the next. */
function timeRange(input: OperationInput): {
  readonly start: number | undefined;
  readonly end: number | undefined;
} {
  const start = moment(input['StartTime'], 'StartTime');
  const end = moment(input['EndTime'], 'EndTime');
  if (start !== undefined && end !== undefined && start > end) {
    throw new AwsError(
      'InvalidTimeRangeException',
      `The start time ${iso(start)} occurs after the end time ${iso(end)}.`,
    );
  }
  return { start: start && Math.ceil(start / 1000), end: end && Math.floor(end / 1000) };
}

/** Milliseconds since the epoch. */
function moment(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date && Math.abs(value.getTime()) <= FARTHEST_MS) return value.getTime();
  throw new AwsError('InvalidTimeRangeException', `${name} is outside the range of possible values.`);
}

/** The last moment that a JavaScript date can tell. */
const FARTHEST_MS = 8_640_000_000_000_000;

const iso = (time: number) => new Date(time).toISOString();

function maxResults(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_RESULTS)
    return value;
  throw new AwsError(
    'InvalidMaxResultsException',
    `MaxResults ${JSON.stringify(value)} is not valid: it must be between 1 and ${MOST_RESULTS}.`,
  );
}

function nextToken(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new AwsError('InvalidNextTokenException', 'The NextToken is not valid.');
}

function histogramOf(value: unknown): LookupInput['histogram'] {
  if (value === undefined || value === null) return undefined;
  const bucketSeconds = isRecord(value) ? member(value, 'BucketSeconds') : undefined;
  if (typeof bucketSeconds === 'number' && Number.isInteger(bucketSeconds) && bucketSeconds >= 1)
    return { bucketSeconds };
  throw invalid('Histogram.BucketSeconds', bucketSeconds, 'must be a whole number of seconds, at least 1');
}

function valuesOf(value: unknown): LookupInput['values'] {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value))
    throw invalid('Values', value, 'must have AttributeKey, and may have Prefix and MaxResults');
  const prefix = member(value, 'Prefix') ?? '';
  if (typeof prefix !== 'string' || prefix.length > 2000)
    throw invalid('Values.Prefix', prefix, 'must be a text of at most 2000 characters');
  return {
    key: lookupKey(member(value, 'AttributeKey'), 'Values.AttributeKey'),
    prefix,
    limit: maxResults(member(value, 'MaxResults') ?? DEFAULT_RESULTS),
  };
}
