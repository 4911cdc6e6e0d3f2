import type { Operation, OperationInput } from '../../../aws/operation.ts';
import type { IamParts } from './iam-operation.ts';

/**
 * What policies may ask of an IAM call beyond the global keys: without them a denial that is bound to them would deny nothing.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export function iamConditionKeys(
  parts: IamParts,
  operation: string,
): NonNullable<Operation['conditionKeys']> {
  const attaches = /^(Attach|Detach)/.test(operation);
  return async (input, { principal }) => {
    const id = await taggedId(parts, input, principal.userName);
    const tags = id === undefined ? [] : await tagsOf(parts, id);
    return {
      'iam:PolicyARN': attaches ? text(input['PolicyArn']) : undefined,
      ...requestTags(input),
      ...Object.fromEntries(
        tags.flatMap(({ key, value }) => [
          [`aws:ResourceTag/${key}`, value],
          [`iam:ResourceTag/${key}`, value],
        ]),
      ),
    };
  };
}

function requestTags({ Tags, TagKeys }: OperationInput): Record<string, string | readonly string[]> {
  const tags = (Array.isArray(Tags) ? Tags : []).flatMap((tag: unknown) => {
    const { Key, Value } = (tag ?? {}) as Readonly<Record<string, unknown>>;
    return typeof Key === 'string' && typeof Value === 'string' ? [[Key, Value] as const] : [];
  });
  const named = (Array.isArray(TagKeys) ? TagKeys : []).filter((key) => typeof key === 'string');
  const keys = [...tags.map(([key]) => key), ...named];
  if (keys.length === 0) return {};
  const values = tags.map(([key, value]) => [`aws:RequestTag/${key}`, value] as const);
  return { ...Object.fromEntries(values), 'aws:TagKeys': keys };
}

/** The unique id of the user, role or policy that the call is about; groups have no tags. */
async function taggedId(
  { settings }: IamParts,
  { GroupName, UserName, RoleName, PolicyArn }: OperationInput,
  caller: string | undefined,
): Promise<string | undefined> {
  if (GroupName !== undefined) return undefined;
  const role = text(RoleName);
  const arn = text(PolicyArn);
  const user = text(UserName) ?? (role === undefined && arn === undefined ? caller : undefined);
  const found =
    user !== undefined
      ? await byName(settings, 'iam_users', user)
      : role !== undefined
        ? await byName(settings, 'iam_roles', role)
        : await settings
            .selectFrom('iam_policies')
            .select('id')
            .where('arn', '=', arn ?? '')
            .executeTakeFirst();
  return found?.id;
}

function byName(settings: IamParts['settings'], table: 'iam_users' | 'iam_roles', name: string) {
  return settings
    .selectFrom(table)
    .select('id')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
}

function tagsOf({ settings }: IamParts, ownerId: string) {
  return settings.selectFrom('iam_tags').select(['key', 'value']).where('owner_id', '=', ownerId).execute();
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
