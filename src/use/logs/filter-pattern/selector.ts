import { badPattern } from './pattern.ts';

type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'any' };

/** `$.a.b[0].c`, `$['a.b']`, `$.a[*]`, `$.a.*`: a way through a JSON value. */
export type Selector = {
  readonly text: string;
  /** What the way leads to: several values with `*`, none where it ends early. */
  readonly of: (value: unknown) => readonly unknown[];
  /** The same where it leads to one value at most: undefined where it ends early. */
  readonly single: ((value: unknown) => unknown) | undefined;
  /** A name on the way that the message must have. */
  readonly name: string | undefined;
};

const STEP = /\.\*|\.([^.[\]*\s]+)|\[(\d{1,9})\]|\[\*\]|\.?\[(?:'([^']*)'|"([^"]*)")\]/y;

/** Throws InvalidParameterException. */
export function readSelector(text: string): Selector {
  if (!text.startsWith('$'))
    badPattern(`a selector begins with $ (got ${JSON.stringify(text.slice(0, 100))}).`);
  const steps: Step[] = [];
  for (let at = 1; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (match === null) return badPattern(`the selector ${JSON.stringify(text.slice(0, 200))} is not valid.`);
    const name = match[1] ?? match[3] ?? match[4];
    if (name !== undefined) steps.push({ kind: 'name', name });
    else if (match[2] !== undefined) steps.push({ kind: 'index', index: Number(match[2]) });
    else steps.push({ kind: 'any' });
  }
  if (steps.length === 0) badPattern('the selector $ names nothing.');
  if (steps.filter(({ kind }) => kind === 'any').length > 3)
    badPattern(`more than three wildcards in ${JSON.stringify(text.slice(0, 200))}.`);
  const named = steps.filter((step) => step.kind === 'name').map(({ name }) => name);
  return {
    text,
    of: (value) =>
      steps.reduce<readonly unknown[]>((values, step) => values.flatMap((one) => go(one, step)), [value]),
    single: steps.some(({ kind }) => kind === 'any')
      ? undefined
      : (value) => steps.reduce((one, step) => (one === undefined ? undefined : goOne(one, step)), value),
    name: named.at(-1),
  };
}

function goOne(value: unknown, step: Step): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (step.kind === 'index') return Array.isArray(value) ? (value[step.index] as unknown) : undefined;
  if (step.kind === 'any' || Array.isArray(value) || !Object.hasOwn(value, step.name)) return undefined;
  return (value as Record<string, unknown>)[step.name];
}

function go(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step.kind === 'any') return Object.values(value);
  if (step.kind === 'index')
    return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
  return !Array.isArray(value) && Object.hasOwn(value, step.name)
    ? [(value as Record<string, unknown>)[step.name]]
    : [];
}
