import { accountOfArn } from '../../aws/arn.ts';
import type { PolicyDocument } from '../../aws/operation.ts';
import { validatePolicy } from '../../aws/policy/validate-policy.ts';
import { AwsError } from '../../aws/errors.ts';
import { invalid, notFound } from './rule-errors.ts';

type Statement = Readonly<Record<string, unknown>>;
export type BusPolicy = { readonly Version: string; readonly Statement: readonly Statement[] };

const MOST_BYTES = 10 * 1024;

/** A bus's policy as it is stored; undefined: it has none. */
export function busPolicyOf(policy: string | null): PolicyDocument | undefined {
  return policy === null ? undefined : (JSON.parse(policy) as PolicyDocument);
}

/** Throws ValidationException, PolicyLengthExceededException. */
export function checkBusPolicy(text: string, busArn: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalid('Parameter Policy is not valid. Reason: it is not valid JSON.');
  }
  const [complaint] = validatePolicy(document, 'resource');
  if (complaint !== undefined) throw invalid(`Parameter Policy is not valid. Reason: ${complaint}`);
  for (const statement of statementsOf(document as Statement)) {
    const resources = listOf(statement['Resource']);
    const account = accountOfArn(busArn);
    const isOurs = (one: unknown) =>
      typeof one === 'string' && one.split(':')[2] === 'events' && accountOfArn(one) === account;
    if (!resources.every(isOurs))
      throw invalid(
        `Parameter Policy is not valid. Reason: its statements must be about ${busArn} or rules on it.`,
      );
  }
  return lengthChecked(JSON.stringify(document));
}

/** With a statement of that Sid, which takes the place of one that had it before. */
export function withStatement(policy: string | null, statement: Statement): string {
  const others = existing(policy).filter((one) => one['Sid'] !== statement['Sid']);
  return lengthChecked(documentOf([...others, statement]));
}

/** Null when nothing is left. Throws ResourceNotFoundException when there is none of that Sid. */
export function withoutStatement(policy: string | null, sid: string): string | null {
  const all = existing(policy);
  const left = all.filter((one) => one['Sid'] !== sid);
  if (left.length === all.length) throw notFound('Statement with the provided id does not exist.');
  return left.length === 0 ? null : documentOf(left);
}

function existing(policy: string | null): readonly Statement[] {
  return policy === null ? [] : statementsOf(JSON.parse(policy) as Statement);
}

function statementsOf(document: Statement): readonly Statement[] {
  return listOf(document['Statement']) as readonly Statement[];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function documentOf(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements } satisfies BusPolicy);
}

function lengthChecked(text: string): string {
  if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  throw new AwsError(
    'PolicyLengthExceededException',
    `The event bus policy is too long: ${Buffer.byteLength(text)} bytes, and at most ${MOST_BYTES} are allowed.`,
  );
}
