import type { Attributes } from '../message.ts';
import { isScalar, type Scalar } from './conditions.ts';
import { isObject, type FilterPolicy, type FilterScope } from './filter-policy.ts';

/** Whether a subscription with this policy wants the message. A body that is no JSON object is wanted by no policy over bodies. */
export function accepts(
  policy: FilterPolicy,
  scope: FilterScope,
  { message, attributes }: { readonly message: string; readonly attributes: Attributes },
): boolean {
  if (scope === 'MessageAttributes')
    return holds(policy, ([name]) => attributeValues(attributes, name as string));
  const body = jsonOf(message);
  return isObject(body) && holds(policy, (path) => bodyValues(body, path));
}

/** The values at a key; undefined where there is none. */
type Lookup = (path: readonly string[]) => readonly Scalar[] | undefined;

function holds({ rules, alternatives }: FilterPolicy, lookup: Lookup): boolean {
  return (
    rules.every(({ path, conditions }) => {
      const values = lookup(path);
      if (values === undefined) return conditions.some(({ absent }) => absent);
      return conditions.some((condition) => values.some((value) => condition.holds(value)));
    }) && alternatives.every((any) => any.some((one) => holds(one, lookup)))
  );
}

/** Binary ones are as if they were not there. */
function attributeValues(attributes: Attributes, name: string): readonly Scalar[] | undefined {
  const found = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (found === undefined) return undefined;
  const [type] = found.Type.split('.', 1);
  if (type === 'Number') return [Number(found.Value)];
  if (found.Type === 'String.Array') {
    const items = jsonOf(found.Value);
    return Array.isArray(items) ? items.filter(isScalar) : isScalar(items) ? [items] : [];
  }
  return type === 'String' ? [found.Value] : undefined;
}

/** Arrays on the way stand for each of their elements. */
function bodyValues(body: unknown, path: readonly string[]): readonly Scalar[] | undefined {
  let level: readonly unknown[] = [body];
  for (const key of path) {
    level = level.flatMap((one) =>
      flat(one).flatMap((inner) => (isObject(inner) && Object.hasOwn(inner, key) ? [inner[key]] : [])),
    );
  }
  if (level.length === 0) return undefined;
  return level.flatMap(flat).filter(isScalar);
}

function flat(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flat(20) : [value];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
