import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DeleteVirtualMFADeviceCommand,
  DetachUserPolicyCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListMFADevicesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  RemoveUserFromGroupCommand,
  type User,
} from '@aws-sdk/client-iam';

import { table } from '../table.ts';
import { iamAccess, print, type IamAccess, type UsersOptions } from './iam-client.ts';
import { newPassword } from './new-password.ts';
import { grant, policyChoice } from './policy-choice.ts';

export async function listUsers(options: UsersOptions): Promise<void> {
  const access = await iamAccess(options);
  const users: Awaited<ReturnType<typeof describe>>[] = [];
  for (let Marker: string | undefined; ;) {
    const page = await access.call(access.client.send(new ListUsersCommand({ Marker })));
    for (const user of page.Users ?? []) users.push(await describe(access, user));
    if (page.IsTruncated !== true) break;
    Marker = page.Marker;
  }
  const rows = users.map((user) => [
    user.name,
    user.created,
    user.lastSignIn ?? '-',
    user.mfa ? 'yes' : '-',
    user.groups.join(',') || '-',
    user.policies.join(',') || '-',
    user.keys.map((key) => `${key.id}${key.active ? '' : ' (off)'}`).join(' ') || '-',
  ]);
  print(
    options,
    { users },
    table(['USER', 'CREATED', 'LAST SIGN-IN', 'MFA', 'GROUPS', 'POLICIES', 'KEYS'], rows),
  );
}

async function describe({ client, call }: IamAccess, user: User) {
  const of = { UserName: user.UserName ?? '' };
  const keys = await call(client.send(new ListAccessKeysCommand(of)));
  const attached = await call(client.send(new ListAttachedUserPoliciesCommand(of)));
  const inline = await call(client.send(new ListUserPoliciesCommand(of)));
  const devices = await call(client.send(new ListMFADevicesCommand(of)));
  const groups = await call(client.send(new ListGroupsForUserCommand(of)));
  return {
    name: of.UserName,
    arn: user.Arn,
    created: user.CreateDate?.toISOString().slice(0, 10) ?? '',
    lastSignIn: user.PasswordLastUsed?.toISOString().slice(0, 10),
    mfa: (devices.MFADevices ?? []).length > 0,
    groups: (groups.Groups ?? []).map(({ GroupName }) => GroupName ?? ''),
    policies: [
      ...(attached.AttachedPolicies ?? []).map(({ PolicyName }) => PolicyName ?? ''),
      ...(inline.PolicyNames ?? []),
    ],
    keys: (keys.AccessKeyMetadata ?? []).map(({ AccessKeyId, Status }) => ({
      id: AccessKeyId ?? '',
      active: Status === 'Active',
    })),
  };
}

type CreateOptions = UsersOptions & { readonly policy?: string; readonly password?: boolean };

/** Everything that can go wrong by the words of the command is tried before the user is made. */
export async function createUser(name: string, options: CreateOptions): Promise<void> {
  const choice = options.policy === undefined ? undefined : await policyChoice(options.policy);
  const access = await iamAccess(options);
  const { client, call } = access;
  await call(client.send(new CreateUserCommand({ UserName: name })));
  if (choice !== undefined) {
    await grant(access, name, choice).catch(async (error: unknown) => {
      await call(client.send(new DeleteUserCommand({ UserName: name })));
      throw error;
    });
  }
  const { AccessKey } = await call(client.send(new CreateAccessKeyCommand({ UserName: name })));
  const password = options.password === true ? newPassword() : undefined;
  if (password !== undefined)
    await call(client.send(new CreateLoginProfileCommand({ UserName: name, Password: password })));
  const lines = [
    `user ${name}`,
    `access key id      ${AccessKey?.AccessKeyId}`,
    `secret access key  ${AccessKey?.SecretAccessKey}`,
  ];
  if (password !== undefined) lines.push(`console password   ${password}`);
  if (choice === undefined)
    lines.push(`${name} may do nothing yet; allow something with: opentrail users policy ${name} FILE`);
  print(
    options,
    {
      user: name,
      accessKeyId: AccessKey?.AccessKeyId,
      secretAccessKey: AccessKey?.SecretAccessKey,
      password,
    },
    lines.join('\n'),
  );
}

export async function deleteUser(name: string, options: UsersOptions): Promise<void> {
  const access = await iamAccess(options);
  const { client, call, callIfThere } = access;
  const user = { UserName: name };
  const keys = await call(client.send(new ListAccessKeysCommand(user)));
  for (const { AccessKeyId } of keys.AccessKeyMetadata ?? [])
    await call(client.send(new DeleteAccessKeyCommand({ ...user, AccessKeyId })));
  const attached = await call(client.send(new ListAttachedUserPoliciesCommand(user)));
  for (const { PolicyArn } of attached.AttachedPolicies ?? [])
    await call(client.send(new DetachUserPolicyCommand({ ...user, PolicyArn })));
  const groups = await call(client.send(new ListGroupsForUserCommand(user)));
  for (const { GroupName } of groups.Groups ?? [])
    await call(client.send(new RemoveUserFromGroupCommand({ ...user, GroupName })));
  const inline = await call(client.send(new ListUserPoliciesCommand(user)));
  for (const PolicyName of inline.PolicyNames ?? [])
    await call(client.send(new DeleteUserPolicyCommand({ ...user, PolicyName })));
  await removeDevices(access, name);
  await callIfThere(client.send(new DeleteLoginProfileCommand(user)));
  await call(client.send(new DeleteUserCommand(user)));
  print(options, { deleted: name }, `user ${name} is deleted`);
}

export async function removeDevices({ client, call }: IamAccess, UserName: string): Promise<string[]> {
  const { MFADevices = [] } = await call(client.send(new ListMFADevicesCommand({ UserName })));
  const serials = MFADevices.map(({ SerialNumber }) => SerialNumber ?? '');
  for (const SerialNumber of serials) {
    await call(client.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber })));
    await call(client.send(new DeleteVirtualMFADeviceCommand({ SerialNumber })));
  }
  return serials;
}
