import { randomUUID } from 'node:crypto';

import type { PolicyDocument } from '../../aws/operation.ts';
import type { LambdaSettings } from './event-queue.ts';
import {
  invalidParameter,
  nothingThere,
  otherRevision,
  policyTooLong,
  statementExists,
} from './lambda-errors.ts';
import type { LambdaPolicyRow } from './settings.ts';

export type Permission = {
  readonly id: string;
  /** `lambda:InvokeFunction`, `lambda:*`. */
  readonly action: string;
  /** An AWS service's host name, an account's number, an ARN or `*`. */
  readonly principal: string;
  readonly sourceArn: string | undefined;
  readonly sourceAccount: string | undefined;
  readonly revision: string | undefined;
};

type Statement = Readonly<Record<string, unknown>>;

/** Bytes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST = 20 * 1024;

export function policyOf(
  settings: LambdaSettings,
  functionArn: string,
): Promise<LambdaPolicyRow | undefined> {
  return settings
    .selectFrom('lambda_policies')
    .selectAll()
    .where('function_arn', '=', functionArn)
    .executeTakeFirst();
}

export async function policyDocumentOf(
  settings: LambdaSettings,
  functionArn: string,
): Promise<PolicyDocument | undefined> {
  const row = await policyOf(settings, functionArn);
  return row && (JSON.parse(row.policy) as PolicyDocument);
}

/** The statement that was added. Throws ResourceConflictException, PreconditionFailedException, PolicyLengthExceededException. */
export async function addPermission(
  settings: LambdaSettings,
  functionArn: string,
  permission: Permission,
): Promise<Statement> {
  const added = statementOf(functionArn, permission);
  await settings.transaction().execute(async (tx) => {
    const row = await policyOf(tx, functionArn);
    checkRevision(row, permission.revision);
    const statements = row === undefined ? [] : statementsOf(row);
    if (statements.some((statement) => statement['Sid'] === permission.id))
      throw statementExists(permission.id);
    await save(tx, functionArn, [...statements, added]);
  });
  return added;
}

/** Throws ResourceNotFoundException, PreconditionFailedException. */
export async function removePermission(
  settings: LambdaSettings,
  functionArn: string,
  { id, revision }: Pick<Permission, 'id' | 'revision'>,
): Promise<void> {
  await settings.transaction().execute(async (tx) => {
    const row = await policyOf(tx, functionArn);
    const statements = row === undefined ? [] : statementsOf(row);
    const left = statements.filter((statement) => statement['Sid'] !== id);
    if (left.length === statements.length) throw nothingThere();
    checkRevision(row, revision);
    if (left.length > 0) await save(tx, functionArn, left);
    else await tx.deleteFrom('lambda_policies').where('function_arn', '=', functionArn).execute();
  });
}

async function save(
  tx: LambdaSettings,
  functionArn: string,
  statements: readonly Statement[],
): Promise<void> {
  const policy = JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
  if (Buffer.byteLength(policy) > MOST) throw policyTooLong(MOST);
  const row = { function_arn: functionArn, policy, revision: randomUUID() };
  await tx
    .insertInto('lambda_policies')
    .values(row)
    .onConflict((conflict) => conflict.column('function_arn').doUpdateSet(row))
    .execute();
}

function checkRevision(row: LambdaPolicyRow | undefined, revision: string | undefined): void {
  if (revision !== undefined && revision !== row?.revision) throw otherRevision();
}

function statementsOf({ policy }: LambdaPolicyRow): readonly Statement[] {
  return (JSON.parse(policy) as { readonly Statement: readonly Statement[] }).Statement;
}

/** As Lambda writes it. */
function statementOf(functionArn: string, permission: Permission): Statement {
  const { sourceArn, sourceAccount } = permission;
  const condition = {
    ...(sourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
    ...(sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': sourceArn } }),
  };
  return {
    Sid: permission.id,
    Effect: 'Allow',
    Principal: principalOf(permission.principal),
    Action: permission.action,
    Resource: functionArn,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
}

function principalOf(principal: string): unknown {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (/^arn:aws[a-z-]*:(iam|sts)::\d{12}:./.test(principal)) return { AWS: principal };
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/.test(principal)) return { Service: principal };
  throw invalidParameter(`The provided principal was invalid. Please check the principal and try again.`);
}
