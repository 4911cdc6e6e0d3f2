import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { compileSelectors } from '../../../aws/event-selectors/compile.ts';
import type { EventOutline } from '../../../aws/event-selectors/selection.ts';
import { encryptionOf } from '../encryption.ts';
import {
  INSIGHT_CATEGORIES,
  INSIGHT_TYPES,
  insightSelectorsOf,
  type InsightCategory,
  type InsightSelector,
  type InsightType,
} from '../insights/insight-selectors.ts';
import { putInsights, selectorsOf } from '../selectors/trail-selectors.ts';
import type { Trail } from '../trail-store.ts';
import type { TrailOperationDeps } from './deps.ts';
import { findOwnTrail, findTrail } from './find-trail.ts';
import { optionalList, optionalText } from './inputs.ts';
import { checkBucket } from './trail-inputs.ts';
import { combination, trailTarget } from './trail-target.ts';

/** Which insights the trail logs from now on; an empty list ends it: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html */
export async function putInsightSelectors(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const name = trailTarget(input);
  if (optionalText(input, 'InsightsDestination') !== undefined)
    throw combination(
      'InsightsDestination can be specified for event data stores only, not together with TrailName.',
    );
  const asked = readInsightSelectors(input);
  const before = await findOwnTrail(deps.settings, name, context);
  checkIsLogged(before, asked);
  if (asked.length > 0) await checkBucket(deps.buckets, deliveryOf(before));
  const trail = await deps.settings.transaction().execute(async (tx) => {
    const found = await findOwnTrail(tx, name, context);
    await putInsights(tx, found, { insights: asked, newest: deps.journal.newest() });
    return found;
  });
  return answer(trail, asked);
}

/** Throws InsightNotEnabledException where there are none: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetInsightSelectors.html */
export async function getInsightSelectors(
  deps: TrailOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const trail = await findTrail(deps.settings, trailTarget(input), context);
  const asked = insightSelectorsOf(trail);
  if (asked.length === 0)
    throw new AwsError('InsightNotEnabledException', `Trail ${trail.arn} does not have Insights enabled.`);
  return answer(trail, asked);
}

function answer(trail: Trail, InsightSelectors: readonly InsightSelector[]): OperationOutput {
  return { output: { TrailARN: trail.arn, InsightSelectors } };
}

/** A type that is given several times asks for the categories of all. */
export function readInsightSelectors(input: OperationInput): readonly InsightSelector[] {
  const given = optionalList(input, 'InsightSelectors');
  if (given === undefined) throw invalid('InsightSelectors must be specified.');
  const asked = new Map<InsightType, Set<InsightCategory>>();
  for (const [index, one] of given.entries()) {
    const place = `InsightSelectors[${index}]`;
    const { InsightType: type, EventCategories: categories } = (one ?? {}) as Record<string, unknown>;
    const known = oneOf(INSIGHT_TYPES, type, `${place}.InsightType`);
    const found = asked.get(known) ?? new Set();
    for (const category of readCategories(categories, place)) found.add(category);
    asked.set(known, found);
  }
  return [...asked].map(([InsightType, categories]) => ({ InsightType, EventCategories: [...categories] }));
}

/** Management events where none are named, as AWS has it. */
function readCategories(given: unknown, place: string): readonly InsightCategory[] {
  if (given === undefined || given === null) return ['Management'];
  if (!Array.isArray(given) || given.length === 0)
    throw invalid(`${place}.EventCategories must hold Management, Data or both.`);
  return given.map((category) => oneOf(INSIGHT_CATEGORIES, category, `${place}.EventCategories`));
}

function oneOf<Name extends string>(names: readonly Name[], value: unknown, place: string): Name {
  const known = names.find((name) => name === value);
  if (known !== undefined) return known;
  const shown = value === undefined ? 'null' : JSON.stringify(value).slice(0, 200);
  throw invalid(`${place} ${shown} is not valid: it must be one of ${names.join(', ')}.`);
}

/** Call rates of management events are those of writes: the trail has to log them. */
function checkIsLogged(trail: Trail, asked: readonly InsightSelector[]): void {
  for (const { InsightType: type, EventCategories: categories } of asked)
    for (const category of categories)
      if (!logs(trail, type, category))
        throw invalid(
          `Trail ${trail.arn} logs no ${category === 'Data' ? 'data' : type === 'ApiCallRateInsight' ? 'write management' : 'management'} events, which ${type} for ${category} events needs.`,
        );
}

function logs(trail: Trail, type: InsightType, category: InsightCategory): boolean {
  const { selectors } = compileSelectors(selectorsOf(trail));
  if (category === 'Data') return selectors.some(({ wantsData }) => wantsData);
  const outline = (readOnly: boolean): EventOutline => ({
    category,
    readOnly,
    source: 'ec2.amazonaws.com',
    name: readOnly ? 'DescribeInstances' : 'RunInstances',
  });
  const takes = (readOnly: boolean) => selectors.some((one) => one.judge(outline(readOnly)) !== 'no');
  return takes(false) || (type === 'ApiErrorRateInsight' && takes(true));
}

function deliveryOf(trail: Trail): Parameters<typeof checkBucket>[1] {
  return {
    bucket: trail.bucket,
    keyPrefix: trail.key_prefix,
    trailArn: trail.arn,
    accountId: trail.account,
    kms: encryptionOf(trail),
    organization: trail.organization ?? undefined,
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidInsightSelectorsException', message);
}
