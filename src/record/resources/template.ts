type Json = Readonly<Record<string, unknown>>;

/** What a template is filled from: the record's region and account, the call's parameters, and its answer. */
export type Filling = {
  readonly region: string;
  readonly account: string;
  readonly parameters: Json;
  readonly elements: Json;
};

type Place = {
  readonly text: string;
  readonly steps: readonly string[];
  readonly form: (value: string) => string;
};
export type Template = { readonly text: string; readonly places: readonly Place[] };

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
 * begins with `answer.`; `*` stands for every element or member, `#` for every member's name; what follows a `|` is one of the forms below.
 */
export function template(text: string): Template {
  const places = [...text.matchAll(/\{([^}|]+)(?:\|(\w+))?\}/g)].map(([whole, path = '', form = '']) => ({
    text: whole,
    steps: path.split('.'),
    form: FORMS.get(form) ?? AS_IT_IS,
  }));
  return { text, places };
}

/** The ARNs of a template: one for each value of its places, none where a place has none. A value that is an ARN already stands for the whole. */
export function fill({ text, places }: Template, filling: Filling): readonly string[] {
  let made: readonly string[] = [text];
  const whole: string[] = [];
  for (const place of places) {
    const parts: string[] = [];
    for (const value of valuesAt(place.steps, filling)) {
      if (value.startsWith('arn:')) whole.push(value);
      else if (place.form(value) !== '') parts.push(place.form(value));
    }
    made = parts.flatMap((part) => made.map((one) => one.replace(place.text, () => part)));
  }
  return whole.length === 0 ? made : [...whole, ...made];
}

/** The texts at a path, each once, empty ones left out. */
function valuesAt(steps: readonly string[], filling: Filling): readonly string[] {
  const [first] = steps;
  if (first === 'region' || first === 'account') return [filling[first]];
  const answer = first === 'answer';
  let values: readonly unknown[] = [answer ? filling.elements : filling.parameters];
  for (const step of answer ? steps.slice(1) : steps)
    values = values.flatMap((value) => stepInto(value, step)).slice(0, MOST);
  return unique(values.filter((value) => typeof value === 'string' && value !== '') as readonly string[]);
}

function stepInto(value: unknown, step: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Array.isArray(value) ? value : Object.values(value);
  if (step === '#') return Array.isArray(value) ? [] : Object.keys(value);
  return Object.hasOwn(value, step) ? [(value as Json)[step]] : [];
}

function unique(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}
