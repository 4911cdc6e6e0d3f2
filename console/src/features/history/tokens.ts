import type { PropertyFilterProps } from '@cloudscape-design/components/property-filter';

import { ATTRIBUTES, isAttributeKey } from '../../events/attributes.ts';
import { normalise, type Condition, type Operator } from '../../events/query.ts';

const TO_SIGN: Readonly<Record<Operator, string>> = { equals: '=', not: '!=', prefix: '^' };
const FROM_SIGN: Readonly<Record<string, Operator>> = { '=': 'equals', '!=': 'not', '^': 'prefix' };

/** Attributes as the property filter wants them. Several values in one token are alternatives. */
export const FILTERING_PROPERTIES: readonly PropertyFilterProps.FilteringProperty[] = ATTRIBUTES.map(
  ({ key, label, plural }) => ({
    key,
    propertyLabel: label,
    groupValuesLabel: plural,
    operators:
      key === 'ReadOnly' || key === 'EventCategory'
        ? [{ operator: '=', tokenType: 'enum' }]
        : [{ operator: '=', tokenType: 'enum' }, { operator: '!=', tokenType: 'enum' }, '^'],
  }),
);

export function toTokens(conditions: readonly Condition[]): PropertyFilterProps.Query {
  const tokens = conditions.map(({ key, operator, values }) => ({
    propertyKey: key,
    operator: TO_SIGN[operator],
    value: operator === 'prefix' ? values[0] : values,
  }));
  return { operation: 'and', tokens };
}

export type ReadTokens = {
  readonly conditions: readonly Condition[];
  /** What was typed or pasted without an attribute. */
  readonly words: readonly string[];
};

export function fromTokens(query: PropertyFilterProps.Query): ReadTokens {
  const conditions: Condition[] = [];
  const words: string[] = [];
  for (const { propertyKey, operator, value } of query.tokens) {
    const values = (Array.isArray(value) ? value : [value]).filter(
      (one): one is string => typeof one === 'string',
    );
    const known = FROM_SIGN[operator];
    if (propertyKey !== undefined && isAttributeKey(propertyKey) && known)
      conditions.push({ key: propertyKey, operator: known, values });
    else if (propertyKey === undefined) words.push(...values);
  }
  return { conditions: normalise(conditions), words };
}
