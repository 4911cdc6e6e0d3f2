import type { PolicyDocument } from '../../../aws/operation.ts';

export type Known = {
  /** The IAM prefix of the call's service. */
  readonly service: string;
  readonly action: boolean;
  readonly resource: boolean;
  /** Whether a condition key's value would be known, by its lower-case name. */
  readonly isKnownKey: (lowerKey: string) => boolean;
};

const made = new WeakMap<PolicyDocument, Map<string, PolicyDocument>>();
/** Services are named by callers. */
const MOST_FORMS = 200;

/**
 * The document as it reads where not everything about a call is known: what is not known is taken to be as a Deny wants it, and not as an
 * Allow does. So a denial is never missed because a call could not be understood in full. Made once per document and form.
 */
export function cautiousPolicy(document: PolicyDocument, known: Known): PolicyDocument {
  let forms = made.get(document);
  if (forms === undefined) made.set(document, (forms = new Map()));
  const form = `${known.service} ${known.action} ${known.resource}`;
  let policy = forms.get(form);
  if (policy !== undefined) return policy;
  const statements = listOf(document['Statement']).filter(isObject);
  policy = { ...document, Statement: statements.flatMap((statement) => cautious(statement, known)) };
  if (forms.size >= MOST_FORMS) forms.clear();
  forms.set(form, policy);
  return policy;
}

type Json = Readonly<Record<string, unknown>>;

function cautious(statement: Json, known: Known): Json[] {
  const conditions = statement['Condition'];
  const [left, unknown] = splitConditions(isObject(conditions) ? conditions : {}, known);
  if (statement['Effect'] !== 'Deny') return unknown ? [] : [statement];
  const denial: Record<string, unknown> = { ...statement };
  if (unknown) denial['Condition'] = left;
  if (!known.resource) {
    delete denial['NotResource'];
    denial['Resource'] = '*';
  }
  if (!known.action && mayName(statement, known.service)) {
    delete denial['NotAction'];
    denial['Action'] = '*';
  }
  return [denial];
}

/** The conditions whose keys are known, and whether there are others. */
function splitConditions(conditions: Json, { isKnownKey }: Known): [Json, boolean] {
  let unknown = false;
  const left: Record<string, Json> = {};
  for (const [operator, tests] of Object.entries(conditions)) {
    const kept = Object.entries(isObject(tests) ? tests : {}).filter(([key]) => {
      const known = isKnownKey(key.toLowerCase());
      unknown ||= !known;
      return known;
    });
    if (kept.length > 0) left[operator] = Object.fromEntries(kept);
  }
  return [left, unknown];
}

/** Whether some action of the service may be meant. */
function mayName(statement: Json, service: string): boolean {
  if (statement['NotAction'] !== undefined) return true;
  return listOf(statement['Action']).some((action) => {
    const prefix = String(action).split(':', 1)[0]?.toLowerCase() ?? '';
    return prefix === service || /[*?]/.test(prefix);
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
