import { AwsError } from '../errors.ts';
import type { OperationInput } from '../operation.ts';
import {
  INSIGHT_CATEGORIES,
  INSIGHT_TYPES,
  type InsightCategory,
  type InsightSelector,
  type InsightType,
} from './insight-selectors.ts';

/** A type that is given several times asks for the categories of all. Throws InvalidInsightSelectorsException. */
export function readInsightSelectors(input: OperationInput): readonly InsightSelector[] {
  const asked = new Map<InsightType, Set<InsightCategory>>();
  for (const [index, one] of listOf(input['InsightSelectors']).entries()) {
    const place = `InsightSelectors[${index}]`;
    const { InsightType: type, EventCategories: categories } = (one ?? {}) as Record<string, unknown>;
    const known = oneOf(INSIGHT_TYPES, type, `${place}.InsightType`);
    const found = asked.get(known) ?? new Set();
    for (const category of readCategories(categories, place)) found.add(category);
    asked.set(known, found);
  }
  return [...asked].map(([InsightType, categories]) => ({ InsightType, EventCategories: [...categories] }));
}

function listOf(given: unknown): readonly unknown[] {
  if (given === undefined || given === null) throw refuseInsights('InsightSelectors must be specified.');
  if (Array.isArray(given)) return given;
  throw new AwsError('SerializationException', 'InsightSelectors must be a list.');
}

/** Management events where none are named, as AWS has it. */
function readCategories(given: unknown, place: string): readonly InsightCategory[] {
  if (given === undefined || given === null) return ['Management'];
  if (!Array.isArray(given) || given.length === 0)
    throw refuseInsights(`${place}.EventCategories must hold Management, Data or both.`);
  return given.map((category) => oneOf(INSIGHT_CATEGORIES, category, `${place}.EventCategories`));
}

function oneOf<Name extends string>(names: readonly Name[], value: unknown, place: string): Name {
  const known = names.find((name) => name === value);
  if (known !== undefined) return known;
  const shown = value === undefined ? 'null' : JSON.stringify(value).slice(0, 200);
  throw refuseInsights(`${place} ${shown} is not valid: it must be one of ${names.join(', ')}.`);
}

export function refuseInsights(message: string): AwsError {
  return new AwsError('InvalidInsightSelectorsException', message);
}
