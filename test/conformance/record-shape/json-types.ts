export type Types = ReadonlyMap<string, ReadonlySet<string>>;

/** The JSON types found at each path of some values; elements of lists share one path: `tagSet.items[].key`. */
export function typesOf(values: Iterable<unknown>): Types {
  const found = new Map<string, Set<string>>();
  for (const value of values) collect(found, '', value);
  return found;
}

function collect(found: Map<string, Set<string>>, path: string, value: unknown): void {
  const types = found.get(path) ?? new Set<string>();
  found.set(path, types.add(typeOf(value)));
  if (Array.isArray(value)) for (const one of value) collect(found, `${path}[]`, one);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) collect(found, path === '' ? key : `${path}.${key}`, one);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Paths that only ours have, paths whose type is another, and paths that only theirs have. */
export function differences(ours: Types, theirs: Types) {
  const extra: string[] = [];
  const typed: string[] = [];
  for (const [path, types] of ours) {
    const real = theirs.get(path);
    if (real === undefined) extra.push(path);
    else if (![...types].every((type) => real.has(type)))
      typed.push(`${path}: ${[...types].join('|')}, not ${[...real].join('|')}`);
  }
  const missing = [...theirs.keys()].filter((path) => !ours.has(path));
  return { extra: withoutNested(extra), typed, missing: withoutNested(missing) };
}

/** What is below an extra object is not worth a line of its own. */
function withoutNested(paths: readonly string[]): readonly string[] {
  return paths.filter(
    (path) => !paths.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`)),
  );
}
