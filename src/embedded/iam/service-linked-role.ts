import { AwsError } from '../../aws/errors.ts';
import type { Operation, OperationInput } from '../../aws/operation.ts';
import type { ServiceLinkedRolePort } from '../../aws/ports.ts';
import { uniqueId } from '../../base/ids.ts';
import type { IamParts } from './operations/iam-operation.ts';
import { isTaken } from './operations/named.ts';
import { CLOUDTRAIL_SERVICE_ROLE_POLICY } from './managed-policies.ts';

const SERVICE = 'cloudtrail.amazonaws.com';
const NAME = 'AWSServiceRoleForCloudTrail';
const RESERVED = '/aws-service-role/';

/**
 * CloudTrail's own role in the account whose IAM this is; of other accounts' IAM nothing is kept here, so theirs count as there.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/using-service-linked-roles-create-slr-for-org-trails.html
 */
export function createServiceLinkedRole(parts: IamParts): ServiceLinkedRolePort {
  const find = () =>
    parts.settings
      .selectFrom('iam_roles')
      .select('id')
      .where('name_key', '=', NAME.toLowerCase())
      .where('path', '=', `${RESERVED}${SERVICE}/`)
      .executeTakeFirst();
  return {
    exists: async (account) => account !== parts.accountId || (await find()) !== undefined,
    ensure: async (account) => {
      if (account !== parts.accountId || (await find()) !== undefined) return;
      await create(parts);
    },
  };
}

async function create({ settings, clock, directory }: IamParts): Promise<void> {
  const id = uniqueId('AROA', 17);
  const statement = { Effect: 'Allow', Principal: { Service: SERVICE }, Action: 'sts:AssumeRole' };
  await settings.transaction().execute(async (tx) => {
    if (await isTaken(tx, 'iam_roles', NAME)) {
      throw new AwsError(
        'NoManagementAccountSLRExistsException',
        `The service-linked role ${NAME} cannot be made: the account has another role of this name.`,
      );
    }
    await tx
      .insertInto('iam_roles')
      .values({
        id,
        name: NAME,
        name_key: NAME.toLowerCase(),
        path: `${RESERVED}${SERVICE}/`,
        created_at: clock.now(),
        description: null,
        trust: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        trust_pins: '{}',
        max_session_duration: 3600,
      })
      .execute();
    await tx
      .insertInto('iam_attached_policies')
      .values({ owner_id: id, arn: CLOUDTRAIL_SERVICE_ROLE_POLICY })
      .execute();
  });
  await directory.refresh(id);
}

/** What changes a role, but for its description and tags. */
const CHANGING: ReadonlySet<string> = new Set([
  'CreateRole',
  'DeleteRole',
  'UpdateAssumeRolePolicy',
  'PutRolePolicy',
  'DeleteRolePolicy',
  'AttachRolePolicy',
  'DetachRolePolicy',
]);

/** A service-linked role is its service's: nobody else makes or changes one. Throws UnmodifiableEntity. */
export function protectServiceLinkedRoles(parts: IamParts, operation: Operation): Operation {
  if (!CHANGING.has(operation.name)) return operation;
  return {
    ...operation,
    handle: async (input, context) => {
      const name = String(input['RoleName']);
      if (await isServiceLinked(parts, operation.name, input)) {
        throw new AwsError(
          'UnmodifiableEntity',
          `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`,
        );
      }
      return operation.handle(input, context);
    },
  };
}

async function isServiceLinked(
  { settings }: IamParts,
  operation: string,
  { RoleName, Path }: OperationInput,
): Promise<boolean> {
  if (operation === 'CreateRole') return typeof Path === 'string' && Path.startsWith(RESERVED);
  const role = await settings
    .selectFrom('iam_roles')
    .select('path')
    .where('name_key', '=', String(RoleName).toLowerCase())
    .executeTakeFirst();
  return role?.path.startsWith(RESERVED) === true;
}
