import type { PolicyDocument } from '../../aws/operation.ts';
import { validatePolicy } from '../../aws/policy/validate-policy.ts';
import { invalidParameter } from './sns-errors.ts';

/** https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html */
const ACTIONS = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
] as const;
/** In policies one may also name these. */
const POLICY_ACTIONS: ReadonlySet<string> = new Set(
  [
    ...ACTIONS,
    'Receive',
    'ListTagsForResource',
    'TagResource',
    'UntagResource',
    'GetDataProtectionPolicy',
    'PutDataProtectionPolicy',
  ].map((name) => `sns:${name}`.toLowerCase()),
);
const ADDED_ACTIONS: ReadonlySet<string> = new Set([...ACTIONS, 'Receive']);

const MAX_BYTES = 30 * 1024;
const MAX_STATEMENTS = 100;

/** What a new topic has: services may use it on behalf of its own account, its account's users by their own policies. */
export function defaultPolicy(topicArn: string, account: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ACTIONS.map((name) => `SNS:${name}`),
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  });
}

/** Throws InvalidParameter. Every statement must be about this topic and name actions of SNS, as in AWS. */
export function checkPolicy(text: string, topicArn: string): void {
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalidParameter('Policy', 'Policy is too large');
  const document = parse(text);
  const [complaint] = validatePolicy(document, 'resource');
  if (complaint !== undefined) throw invalidParameter('Policy Error', complaint);
  const statements = statementsOf(document);
  if (statements.length > MAX_STATEMENTS) throw invalidParameter('Policy', 'Too many statements');
  for (const statement of statements) {
    const actions = listOf(statement['Action'] ?? statement['NotAction']).map((one) =>
      String(one).toLowerCase(),
    );
    if (!actions.every((action) => POLICY_ACTIONS.has(action)))
      throw invalidParameter('Policy statement action out of service scope!');
    const resources = listOf(statement['Resource'] ?? statement['NotResource']);
    if (!resources.every((resource) => resource === topicArn))
      throw invalidParameter('Policy Error', 'Invalid policy resource: it must be the ARN of the topic');
  }
}

/** A further statement, `label` its Sid. Throws InvalidParameter. */
export function withPermission(
  policy: string,
  topicArn: string,
  permission: {
    readonly label: string;
    readonly accounts: readonly string[];
    readonly actions: readonly string[];
  },
): string {
  const document = parse(policy) as Record<string, unknown>;
  const statements = statementsOf(document);
  const { label, accounts, actions } = permission;
  if (statements.some((statement) => statement['Sid'] === label))
    throw invalidParameter('Statement already exists');
  if (!actions.every((action) => ADDED_ACTIONS.has(action)))
    throw invalidParameter('Policy statement action out of service scope!');
  if (!accounts.every((account) => /^\d{12}$/.test(account))) throw invalidParameter('AWSAccountId');
  const added = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrAll(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrAll(actions.map((action) => `SNS:${action}`)),
    Resource: topicArn,
  };
  const changed = JSON.stringify({ ...document, Statement: [...statements, added] });
  checkPolicy(changed, topicArn);
  return changed;
}

/** Without the statement of that Sid; removing what is not there is no mistake. */
export function withoutPermission(policy: string, label: string): string {
  const document = parse(policy) as Record<string, unknown>;
  const left = statementsOf(document).filter((statement) => statement['Sid'] !== label);
  return JSON.stringify({ ...document, Statement: left });
}

/** As stored. */
export function documentOf(policy: string): PolicyDocument {
  return JSON.parse(policy) as PolicyDocument;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidParameter('Policy Error', 'failed to parse JSON');
  }
}

function statementsOf(document: unknown): readonly Record<string, unknown>[] {
  return listOf((document as { Statement?: unknown }).Statement) as readonly Record<string, unknown>[];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  const [first, ...more] = values;
  return first !== undefined && more.length === 0 ? first : values;
}
