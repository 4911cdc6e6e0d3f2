/** A CloudTrail record as parsed: written by whoever made the call, so nothing about its shape is sure. */
export type RecordObject = Readonly<Record<string, unknown>>;

export function parseRecord(raw: string): RecordObject {
  try {
    const parsed: unknown = JSON.parse(raw);
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

export function isObject(value: unknown): value is RecordObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at `key`, or an empty one. */
export function childOf(parent: RecordObject, key: string): RecordObject {
  const child = own(parent, key);
  return isObject(child) ? child : {};
}

/** The text at a path of keys, or ''. */
export function textAt(parent: RecordObject, ...path: readonly string[]): string {
  let value: unknown = parent;
  for (const key of path) value = isObject(value) ? own(value, key) : undefined;
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function own(parent: RecordObject, key: string): unknown {
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}
