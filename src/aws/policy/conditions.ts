import { OPERATORS, type Operator } from './condition-operators.ts';
import { compilePattern, type Pattern } from './pattern.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html */
export type Condition = {
  readonly key: string;
  readonly operator: Operator;
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly ifExists: boolean;
  readonly values: readonly Pattern[];
};

export type ConditionLookup = (key: string) => readonly string[] | undefined;

/** An operator that is not known never holds: a statement that we cannot understand must not grant. Nor may it go unnoticed: validatePolicy names it. */
export function compileConditions(element: unknown, variables: boolean): readonly Condition[] {
  if (typeof element !== 'object' || element === null) return [];
  return Object.entries(element).flatMap(([name, keys]) => {
    const { operator, set, ifExists } = parseOperator(name);
    if (typeof keys !== 'object' || keys === null) return [];
    return Object.entries(keys as Record<string, unknown>).map(([key, value]) => ({
      key,
      operator,
      set,
      ifExists,
      values: (Array.isArray(value) ? value : [value]).map((text) =>
        compilePattern(String(text), { variables, wildcards: operator.wildcards }),
      ),
    }));
  });
}

export function parseOperator(
  name: string,
): Pick<Condition, 'operator' | 'set' | 'ifExists'> & { readonly known: boolean } {
  const match = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name);
  const base = match?.[2] ?? '';
  const operator = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  return {
    operator: operator ?? NEVER,
    known: operator !== undefined && !(base === 'Null' && match?.[3] !== undefined),
    set: match?.[1] as Condition['set'],
    ifExists: match?.[3] !== undefined,
  };
}

const NEVER: Operator = { negated: false, wildcards: false, test: () => false };

export function holds(condition: Condition, lookup: ConditionLookup): boolean {
  const { operator, set, values } = condition;
  const actual = lookup(condition.key);
  const single = (key: string) => {
    const found = lookup(key);
    return found?.length === 1 ? found[0] : undefined;
  };
  if (operator === OPERATORS['Null'])
    return values.some((value) =>
      operator.test({ value, actual: String(actual === undefined), lookup: single }),
    );
  if (actual === undefined || actual.length === 0)
    return (
      set === 'ForAllValues' ||
      (set === undefined && (condition.ifExists || operator.negated)) ||
      (set === 'ForAnyValue' && condition.ifExists)
    );
  const fits = (text: string) =>
    values.some((value) => operator.test({ value, actual: text, lookup: single })) !== operator.negated;
  if (set === 'ForAnyValue') return actual.some(fits);
  if (set === 'ForAllValues' || operator.negated) return actual.every(fits);
  return actual.some(fits);
}
