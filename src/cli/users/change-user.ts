import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  DeleteAccessKeyCommand,
  GetLoginProfileCommand,
  ListAccessKeysCommand,
  UpdateLoginProfileCommand,
} from '@aws-sdk/client-iam';

import { iamAccess, print, type UsersOptions } from './iam-client.ts';
import { newPassword } from './new-password.ts';
import { grant, policyChoice } from './policy-choice.ts';

export async function newKey(
  name: string,
  options: UsersOptions & { readonly replace?: boolean },
): Promise<void> {
  const { client, call } = await iamAccess(options);
  const user = { UserName: name };
  if (options.replace === true) {
    const { AccessKeyMetadata = [] } = await call(client.send(new ListAccessKeysCommand(user)));
    for (const { AccessKeyId } of AccessKeyMetadata)
      await call(client.send(new DeleteAccessKeyCommand({ ...user, AccessKeyId })));
  }
  const { AccessKey } = await call(client.send(new CreateAccessKeyCommand(user)));
  const { AccessKeyId, SecretAccessKey } = AccessKey ?? {};
  print(
    options,
    { user: name, accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey },
    `access key id      ${AccessKeyId}\nsecret access key  ${SecretAccessKey}`,
  );
}

export async function setPassword(name: string, options: UsersOptions): Promise<void> {
  const { client, call, callIfThere } = await iamAccess(options);
  const login = { UserName: name, Password: newPassword() };
  const profile = await callIfThere(client.send(new GetLoginProfileCommand({ UserName: name })));
  if (profile !== undefined) await call(client.send(new UpdateLoginProfileCommand(login)));
  else await call(client.send(new CreateLoginProfileCommand(login)));
  print(options, { user: name, password: login.Password }, `console password   ${login.Password}`);
}

export async function setPolicy(name: string, what: string, options: UsersOptions): Promise<void> {
  const choice = await policyChoice(what);
  await grant(await iamAccess(options), name, choice);
  print(options, { user: name, policy: what }, `user ${name} may now do what ${what} allows`);
}

/** An update of the login profile, even one that changes nothing, ends a lock-out. */
export async function unlock(name: string, options: UsersOptions): Promise<void> {
  const { client, call } = await iamAccess(options);
  await call(client.send(new UpdateLoginProfileCommand({ UserName: name })));
  print(options, { unlocked: name }, `user ${name} may sign in again`);
}
