type Json = Readonly<Record<string, unknown>>;

export type PolicyFacts = {
  /** Whether a statement allows every action on everything. */
  readonly everything: boolean;
  /** Whether a statement allows everybody something, without a condition. */
  readonly everybody: boolean;
  /** Other accounts that are let in, and `*` where everybody is without a condition. */
  readonly accounts: readonly string[];
};

/** Where requests carry a policy: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html, requestParameters. */
const MEMBERS = [
  'policyDocument',
  'assumeRolePolicyDocument',
  'policy',
  'bucketPolicy',
  'resourcePolicy',
] as const;
/** Policies are at most 20 KB; what is longer is none. */
const LONGEST = 100_000;

/** Policies as objects; what is no JSON is left out. */
export function policiesIn(parameters: Json): readonly Json[] {
  const attributes = parameters['attributes'];
  const candidates: readonly unknown[] = [
    ...MEMBERS.map((member) => parameters[member]),
    ...(isObject(attributes) ? [attributes['Policy']] : []),
    ...(parameters['attributeName'] === 'Policy' ? [parameters['attributeValue']] : []),
  ];
  return candidates.map(documentOf).filter((document) => document !== undefined);
}

function documentOf(value: unknown): Json | undefined {
  if (isObject(value)) return value;
  if (typeof value !== 'string' || value.length > LONGEST) return undefined;
  try {
    const document: unknown = JSON.parse(value.startsWith('%7B') ? decodeURIComponent(value) : value);
    return isObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

export function policyFacts(policies: readonly Json[], account: string): PolicyFacts {
  const allowing = policies
    .flatMap((policy) => listOf(policy['Statement']))
    .filter(isObject)
    .filter((statement) => statement['Effect'] === 'Allow');
  const principals = allowing.map((statement) => ({
    names: principalsOf(statement['Principal']),
    isOpen: statement['Condition'] === undefined,
  }));
  // Everybody under a condition is mostly the owner's own: the policy that topics have from the start.
  const accounts = principals.flatMap(({ names, isOpen }) =>
    names.filter((name) => isOpen || name !== '*').flatMap((name) => accountOf(name) ?? []),
  );
  return {
    everything: allowing.some((statement) => allowsAll(statement)),
    everybody: principals.some(({ names, isOpen }) => isOpen && names.includes('*')),
    accounts: [...new Set(accounts)].filter((one) => one !== account),
  };
}

function allowsAll(statement: Json): boolean {
  const actions = listOf(statement['Action']);
  return (actions.includes('*') || actions.includes('*:*')) && listOf(statement['Resource']).includes('*');
}

/** Services and federations aside: whoever they let in is said elsewhere. */
function principalsOf(principal: unknown): readonly string[] {
  if (principal === '*') return ['*'];
  return isObject(principal) ? listOf(principal['AWS']).filter((one) => typeof one === 'string') : [];
}

function accountOf(principal: string): string | undefined {
  if (principal === '*') return '*';
  return /^\d{12}$/.exec(principal)?.[0] ?? /^arn:[\w-]+:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : value === undefined ? [] : [value];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
