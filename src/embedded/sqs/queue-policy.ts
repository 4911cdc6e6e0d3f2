import type { PolicyDocument } from '../../aws/operation.ts';
import { validatePolicy } from '../../aws/policy/validate-policy.ts';
import { invalidAttribute, invalidValue } from './sqs-errors.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html: what others may be allowed. */
const GRANTED: readonly string[] = [
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
];
const MAX_BYTES = 30 * 1024;

/** Answers the policy as it is. Throws InvalidAttributeValue. */
export function checkPolicy(text: string): string {
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalidAttribute('Policy', 'It is too long.');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalidAttribute('Policy', 'It is no JSON.');
  }
  const [complaint] = validatePolicy(document, 'resource');
  if (complaint !== undefined) throw invalidAttribute('Policy', complaint);
  const actions = statementsOf(document).flatMap((one) => listOf(one['Action'] ?? one['NotAction']));
  const foreign = actions.find((action) => action !== '*' && !/^sqs:/i.test(String(action)));
  if (foreign !== undefined)
    throw invalidAttribute('Policy', `The action ${String(foreign)} is not one of SQS.`);
  return text;
}

/** A further statement, `label` its Sid. Throws InvalidParameterValue, InvalidAttributeValue. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
export function withPermission(
  policy: string | undefined,
  queueArn: string,
  {
    label,
    accounts,
    actions,
  }: { readonly label: string; readonly accounts: readonly string[]; readonly actions: readonly string[] },
): string {
  const document = policy === undefined ? emptyPolicy(queueArn) : parsed(policy);
  const statements = statementsOf(document);
  if (statements.some((one) => one['Sid'] === label))
    throw invalidValue(`Value ${label} for parameter Label is invalid. Reason: Already exists.`);
  const odd = actions.find((action) => action !== '*' && !GRANTED.includes(action));
  if (odd !== undefined)
    throw invalidValue(
      `Value SQS:${odd} for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke this action.`,
    );
  const bad = accounts.find((account) => !/^\d{12}$/.test(account));
  if (bad !== undefined)
    throw invalidValue(
      `Value ${bad.slice(0, 80)} for parameter PrincipalId is invalid. Reason: Unable to verify.`,
    );
  const added = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: accounts.map((account) => `arn:aws:iam::${account}:root`) },
    Action: actions.map((action) => `SQS:${action}`),
    Resource: queueArn,
  };
  return checkPolicy(JSON.stringify({ ...document, Statement: [...statements, added] }));
}

/** Without that statement; undefined where none is left. Throws InvalidParameterValue for a label that is not there. */
export function withoutPermission(policy: string | undefined, label: string): string | undefined {
  const document = policy === undefined ? {} : parsed(policy);
  const statements = statementsOf(document);
  const left = statements.filter((one) => one['Sid'] !== label);
  if (left.length === statements.length)
    throw invalidValue(
      `Value ${label} for parameter Label is invalid. Reason: can't find label on existing policy.`,
    );
  return left.length === 0 ? undefined : JSON.stringify({ ...document, Statement: left });
}

function emptyPolicy(queueArn: string): Readonly<Record<string, unknown>> {
  return { Version: '2012-10-17', Id: `${queueArn}/SQSDefaultPolicy`, Statement: [] };
}

function parsed(policy: string): PolicyDocument {
  return JSON.parse(policy) as PolicyDocument;
}

function statementsOf(document: unknown): readonly Readonly<Record<string, unknown>>[] {
  return listOf((document as { Statement?: unknown }).Statement) as Readonly<Record<string, unknown>>[];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
