type Json = Readonly<Record<string, unknown>>;

/** What a template is filled from: the record's region and account, the call's parameters, and its answer. */
export type Filling = {
  readonly region: string;
  readonly account: string;
  readonly parameters: Json;
  readonly elements: Json;
};

type Place = {
  readonly steps: readonly string[];
  readonly form: (value: string) => string;
};
/** The text between the places, and the places, in order. */
export type Template = readonly (string | Place)[];

const AS_IT_IS = (value: string) => value;

/** Of a value, the part that belongs into an ARN; '' when it has none. */
const FORMS: ReadonlyMap<string, (value: string) => string> = new Map([
  ['key', (id) => (id.startsWith('alias/') ? '' : id)],
  ['public', (name) => (name.startsWith('/aws/service/') ? name.slice(1) : '')],
  [
    'private',
    (name) => (name.startsWith('/aws/service/') ? '' : name.startsWith('/') ? name.slice(1) : name),
  ],
  ['function', (name) => name.replace(/^\d{12}:(function:)?/, '')],
  ['address', (from) => /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from],
  ['last', (url) => url.slice(url.lastIndexOf('/') + 1)],
  ['owner', (url) => /\/(\d{12})\/[^/]*$/.exec(url)?.[1] ?? ''],
]);

/** A call on more objects than this names the first ones. */
const MOST = 1000;

/**
 * How ARNs are made: `arn:aws:kinesis:{region}:{account}:stream/{streamName}`. A place is a path into the parameters, or into the answer when it
 * begins with `answer.`; `*` stands for every element or member, `#` for every member's name; what follows a `|` is one of the forms above.
 */
export function template(text: string): Template {
  return text.split(/\{([^}]+)\}/).map((part, index) => {
    if (index % 2 === 0) return part;
    const [path = '', form = ''] = part.split('|');
    return { steps: path.split('.'), form: FORMS.get(form) ?? AS_IT_IS };
  });
}

/** The ARNs of a template: one for each value of its places, none where a place has none. A value that is an ARN already stands for the whole. */
export function fill(parts: Template, filling: Filling): readonly string[] {
  let made: string[] = [''];
  const whole: string[] = [];
  for (const part of parts) {
    if (typeof part === 'string') {
      for (let i = 0; i < made.length; i++) made[i] += part;
      continue;
    }
    const before = made;
    made = [];
    for (const value of valuesAt(part.steps, filling)) {
      if (value.startsWith('arn:')) whole.push(value);
      else append(made, before, part.form(value));
    }
  }
  return whole.length === 0 ? made : [...whole, ...made];
}

function append(made: string[], before: readonly string[], value: string): void {
  if (value !== '') for (const one of before) made.push(one + value);
}

/** The texts at a path, each once, empty ones left out. */
function valuesAt(steps: readonly string[], filling: Filling): readonly string[] {
  const first = steps[0] as string;
  if (first === 'region' || first === 'account') return [filling[first]];
  if (steps.length === 1) {
    const value = Object.hasOwn(filling.parameters, first) ? filling.parameters[first] : undefined;
    return typeof value === 'string' && value !== '' ? [value] : NONE;
  }
  const answer = first === 'answer';
  let values: readonly unknown[] = [answer ? filling.elements : filling.parameters];
  for (const step of answer ? steps.slice(1) : steps)
    values = values.flatMap((value) => stepInto(value, step)).slice(0, MOST);
  return unique(values.filter((value) => typeof value === 'string' && value !== '') as readonly string[]);
}

const NONE: readonly string[] = [];

function stepInto(value: unknown, step: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Array.isArray(value) ? value : Object.values(value);
  if (step === '#') return Array.isArray(value) ? [] : Object.keys(value);
  return Object.hasOwn(value, step) ? [(value as Json)[step]] : [];
}

function unique(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}
