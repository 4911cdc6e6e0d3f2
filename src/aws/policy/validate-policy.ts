import { listOf } from './compile-policy.ts';
import { parseOperator } from './conditions.ts';

/**
 * What is wrong with a policy document (parsed JSON), as sentences for MalformedPolicyDocument; [] when it is sound.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function validatePolicy(document: unknown, kind: 'identity' | 'resource' = 'identity'): string[] {
  if (!isObject(document)) return ['Syntax errors in policy.'];
  const complaints = unknownKeys(document, ['Version', 'Id', 'Statement'], 'policy');
  const version = document['Version'];
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    complaints.push('The policy must contain a valid version string.');
  }
  if (kind === 'identity' && version !== '2012-10-17')
    complaints.push('Policy document must be version 2012-10-17 or greater.');
  const statements = listOf(document['Statement']);
  if (statements.length === 0) complaints.push('Missing required field Statement');
  const sids = new Set<unknown>();
  for (const statement of statements) {
    complaints.push(
      ...(isObject(statement) ? statementComplaints(statement, kind) : ['Syntax errors in policy.']),
    );
    const sid = isObject(statement) ? statement['Sid'] : undefined;
    if (sid !== undefined && sid !== '' && sids.has(sid))
      complaints.push('Statement IDs (SID) in a single policy must be unique.');
    sids.add(sid);
  }
  return complaints;
}

type Json = Readonly<Record<string, unknown>>;

const KEYS = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
];

function statementComplaints(statement: Json, kind: 'identity' | 'resource'): string[] {
  const sid = statement['Sid'];
  return [
    ...unknownKeys(statement, KEYS, 'statement'),
    ...(statement['Effect'] === 'Allow' || statement['Effect'] === 'Deny'
      ? []
      : ['Missing required field Effect: it must be Allow or Deny.']),
    ...(sid === undefined || (typeof sid === 'string' && (kind === 'resource' || /^[A-Za-z0-9]*$/.test(sid)))
      ? []
      : [
          'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [A-Za-z0-9]*',
        ]),
    ...actionComplaints(statement),
    ...resourceComplaints(statement, kind),
    ...principalComplaints(statement, kind),
    ...conditionComplaints(statement['Condition']),
  ];
}

function actionComplaints(statement: Json): string[] {
  const actions = oneOf(statement, 'Action');
  if (actions === undefined) return ['Policy statement must contain actions.'];
  if (actions === 'both') return ['A statement cannot contain both Action and NotAction.'];
  return actions.flatMap((action) => {
    if (typeof action !== 'string') return ['Syntax errors in policy.'];
    if (action === '*') return [];
    const [vendor = '', name = '', ...more] = action.split(':');
    if (name === '' && more.length === 0)
      return [`Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.`];
    if (!/^[A-Za-z0-9-]+$/.test(vendor)) return [`Vendor ${vendor} is not valid`];
    return more.length === 0 && /^[A-Za-z0-9*?]+$/.test(name) ? [] : [`Invalid Action: ${action}`];
  });
}

function resourceComplaints(statement: Json, kind: 'identity' | 'resource'): string[] {
  const resources = oneOf(statement, 'Resource');
  if (resources === undefined) return kind === 'identity' ? ['Policy statement must contain resources.'] : [];
  if (resources === 'both') return ['A statement cannot contain both Resource and NotResource.'];
  return resources.flatMap((resource) => {
    if (typeof resource !== 'string') return ['Syntax errors in policy.'];
    if (resource === '*' || /^arn:([^:]*:){4}.|^arn:.*\*$/.test(resource)) return [];
    return [`Resource ${resource} must be in ARN format or "*".`];
  });
}

function principalComplaints(statement: Json, kind: 'identity' | 'resource'): string[] {
  const plain = statement['Principal'];
  const inverted = statement['NotPrincipal'];
  if (kind === 'identity')
    return plain === undefined && inverted === undefined
      ? []
      : ['Policy document should not specify a principal.'];
  if (plain !== undefined && inverted !== undefined)
    return ['A statement cannot contain both Principal and NotPrincipal.'];
  const value = plain ?? inverted;
  if (value === undefined) return ['Missing required field Principal'];
  if (value === '*') return [];
  if (!isObject(value) || Object.keys(value).length === 0) return ['Invalid principal in policy'];
  return Object.entries(value).flatMap(([type, names]) => {
    const known = ['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(type);
    const fits = listOf(names).every(
      (name) =>
        typeof name === 'string' &&
        (type !== 'AWS' || /^(\*|\d{12}|arn:aws[\w-]*:(iam|sts)::\d{12}:.+|A[A-Z0-9]{15,})$/.test(name)),
    );
    return known && fits ? [] : ['Invalid principal in policy'];
  });
}

function conditionComplaints(condition: unknown): string[] {
  if (condition === undefined) return [];
  if (!isObject(condition)) return ['Syntax errors in policy.'];
  return Object.entries(condition).flatMap(([operator, keys]) => {
    if (!parseOperator(operator).known) return [`Invalid Condition type : ${operator}.`];
    if (!isObject(keys)) return ['Syntax errors in policy.'];
    return Object.entries(keys).flatMap(([key, value]) => {
      if (!key.includes(':'))
        return ['Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'];
      return listOf(value).every((text) => ['string', 'number', 'boolean'].includes(typeof text))
        ? []
        : ['Syntax errors in policy.'];
    });
  });
}

/** The values of an element or of its `Not…` form; undefined when neither is there. */
function oneOf(statement: Json, name: string): readonly unknown[] | 'both' | undefined {
  const plain = statement[name];
  const inverted = statement[`Not${name}`];
  if (plain !== undefined && inverted !== undefined) return 'both';
  const values = listOf(plain ?? inverted);
  return values.length === 0 ? undefined : values;
}

function unknownKeys(object: Json, known: readonly string[], what: string): string[] {
  const unknown = Object.keys(object).filter((key) => !known.includes(key));
  return unknown.map((key) => `Syntax errors in policy: unknown ${what} element ${key}.`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
