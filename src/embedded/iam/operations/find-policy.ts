import type { Selectable } from 'kysely';

import type { OperationInput } from '../../../aws/operation.ts';
import { AwsError } from '../../../aws/errors.ts';
import { noSuchEntity } from '../iam-errors.ts';
import { MANAGED_POLICIES } from '../managed-policies.ts';
import type { IamTables } from '../settings.ts';
import type { IamParts } from './iam-operation.ts';

export type PolicyRow = Selectable<IamTables['iam_policies']>;

/** The ARN that the policies are asked about. */
export function policyResource(input: OperationInput): string {
  return typeof input['PolicyArn'] === 'string' ? input['PolicyArn'] : '*';
}

/** A customer managed policy, to change it. Throws NoSuchEntity, and AccessDenied for those of AWS. */
export async function findPolicy({ settings }: Pick<IamParts, 'settings'>, arn: string): Promise<PolicyRow> {
  if (MANAGED_POLICIES.has(arn))
    throw new AwsError('AccessDenied', `Cannot perform the operation on the AWS managed policy ${arn}.`, {
      status: 403,
    });
  const row = await settings.selectFrom('iam_policies').selectAll().where('arn', '=', arn).executeTakeFirst();
  if (row === undefined) throw noSuchPolicy(arn);
  return row;
}

export function noSuchPolicy(arn: string): AwsError {
  return noSuchEntity(`Policy ${arn} was not found.`);
}
