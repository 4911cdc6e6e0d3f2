/** What EventBridge has of JSONPath: `$.detail.items[0].name`, `$.detail['x']`, `[*]`, `.*`. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
export type JsonPath = readonly Step[];
type Step = string | number | typeof EVERY;

const EVERY = Symbol('every member');
const STEP = /\.\*|\.([^.[\]\s"'*]+)|\[\*\]|\[(\d{1,9})\]|\['([^']+)'\]|\["([^"]+)"\]/y;

/** Undefined when it is no such path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const found = STEP.exec(text);
    if (found === null) return undefined;
    const [, dotted, index, single, double] = found;
    const name = dotted ?? single ?? double;
    steps.push(name ?? (index === undefined ? EVERY : Number(index)));
  }
  return steps;
}

/** Undefined where there is nothing. A path with a wildcard gives an array. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let found: unknown = value;
  for (const [at, step] of path.entries()) {
    if (step === EVERY) {
      const rest = path.slice(at + 1);
      const members = typeof found === 'object' && found !== null ? Object.values(found) : [];
      return members.flatMap((member) => {
        const inner = valueAt(member, rest);
        return inner === undefined ? [] : [inner];
      });
    }
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Record<string | number, unknown>)[step];
  }
  return found;
}
