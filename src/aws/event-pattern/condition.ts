/** A value in an event that is neither object nor array. */
export type Leaf = string | number | boolean | null;

/** One alternative of a field of a pattern. */
export type Condition = {
  readonly holds: (value: Leaf) => boolean;
  /** Where an index finds it: for each value that it holds for, and perhaps for others. */
  readonly access: Access;
  /** Whether `access` says all: it holds for each value that is found so. */
  readonly isAccess: boolean;
};

export type Access =
  | { readonly by: 'value'; readonly value: Leaf }
  /** Text at the start, at the end or anywhere; `folded`: without regard to case, `text` being folded. */
  | { readonly by: 'exact' | 'start' | 'end' | 'part'; readonly text: string; readonly folded: boolean }
  | { readonly by: 'number'; readonly low: number; readonly high: number }
  /** Of equal length, as `addressDigits` makes them. */
  | { readonly by: 'address'; readonly low: string; readonly high: string }
  /** Any value will do. */
  | { readonly by: 'presence' }
  /** Only the lack of a value will do. */
  | { readonly by: 'absence' };

export const EXISTS: Condition = { holds: () => true, access: { by: 'presence' }, isAccess: true };
export const ABSENT: Condition = { holds: () => false, access: { by: 'absence' }, isAccess: true };

export function isValue(value: boolean | null): Condition {
  return { holds: (other) => other === value, access: { by: 'value', value }, isAccess: true };
}

export function isText(text: string): Condition {
  return { holds: (value) => value === text, access: { by: 'value', value: text }, isAccess: true };
}

export function startsWith(text: string): Condition {
  return {
    holds: (value) => typeof value === 'string' && value.startsWith(text),
    access: { by: 'start', text, folded: false },
    isAccess: true,
  };
}

export function endsWith(text: string): Condition {
  return {
    holds: (value) => typeof value === 'string' && value.endsWith(text),
    access: { by: 'end', text, folded: false },
    isAccess: true,
  };
}

/** What none of `conditions` holds for. */
export function noneOf(conditions: readonly Condition[]): Condition {
  const texts = new Set<Leaf>();
  const others: Condition[] = [];
  for (const condition of conditions) {
    if (condition.access.by === 'value') texts.add(condition.access.value);
    else others.push(condition);
  }
  return {
    holds: (value) => !texts.has(value) && !others.some((condition) => condition.holds(value)),
    access: { by: 'presence' },
    isAccess: false,
  };
}
