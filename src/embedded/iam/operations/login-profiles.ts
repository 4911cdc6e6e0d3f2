import { z } from 'zod';

import type { CallContext, Operation } from '../../../aws/operation.ts';
import { AwsError } from '../../../aws/errors.ts';
import type { UserRow } from '../directory.ts';
import { validationError } from '../../../aws/validate-input.ts';
import { alreadyExists, noSuchEntity } from '../iam-errors.ts';
import { existingUserName, password } from '../iam-input.ts';
import { findUser, iamOperation, nameOrCaller, userResource, type IamParts } from './iam-operation.ts';

/** Console passwords. */
export function loginProfileOperations(parts: IamParts): Operation[] {
  return [
    createLoginProfileOperation(parts),
    getLoginProfileOperation(parts),
    updateLoginProfileOperation(parts),
    deleteLoginProfileOperation(parts),
    changePasswordOperation(parts),
  ];
}

function createLoginProfileOperation(parts: IamParts): Operation {
  return iamOperation('CreateLoginProfile', {
    input: {
      UserName: existingUserName.optional(),
      Password: password.optional(),
      PasswordResetRequired: z.boolean().optional(),
    },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findUser(parts, nameOrCaller(input.UserName, context));
      if (input.Password === undefined)
        throw validationError(
          "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null",
        );
      if (user.password_hash !== null)
        throw alreadyExists(`Login Profile for user ${user.name} already exists.`);
      const changed = await setPassword(parts, user, {
        password: input.Password,
        resetRequired: input.PasswordResetRequired ?? false,
      });
      return { LoginProfile: profileOf(user, changed) };
    },
  });
}

function getLoginProfileOperation(parts: IamParts): Operation {
  return iamOperation('GetLoginProfile', {
    input: { UserName: existingUserName.optional() },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findWithProfile(parts, nameOrCaller(input.UserName, context));
      return { LoginProfile: profileOf(user, user) };
    },
  });
}

function updateLoginProfileOperation(parts: IamParts): Operation {
  return iamOperation('UpdateLoginProfile', {
    input: {
      UserName: existingUserName,
      Password: password.optional(),
      PasswordResetRequired: z.boolean().optional(),
    },
    resource: userResource(parts),
    handle: async (input) => updateLoginProfile(parts, input),
  });
}

function deleteLoginProfileOperation(parts: IamParts): Operation {
  return iamOperation('DeleteLoginProfile', {
    input: { UserName: existingUserName.optional() },
    resource: userResource(parts),
    handle: async (input, context) => {
      const user = await findWithProfile(parts, nameOrCaller(input.UserName, context));
      const gone = {
        password_hash: null,
        password_created_at: null,
        password_reset_required: 0,
        failed_sign_ins: 0,
        locked_until: 0,
      };
      await parts.settings.updateTable('iam_users').set(gone).where('id', '=', user.id).execute();
    },
  });
}

function changePasswordOperation(parts: IamParts): Operation {
  return iamOperation('ChangePassword', {
    input: { OldPassword: password, NewPassword: password },
    resource: userResource(parts),
    handle: async (input, context) => changePassword(parts, input, context),
  });
}

async function findWithProfile(parts: IamParts, name: string): Promise<UserRow> {
  const user = await findUser(parts, name);
  if (user.password_hash === null) throw noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
  return user;
}

type UpdateLoginProfile = {
  readonly UserName: string;
  readonly Password?: string | undefined;
  readonly PasswordResetRequired?: boolean | undefined;
};

/** Also ends a lock-out: the way to let a user in again before the 15 minutes are over. */
async function updateLoginProfile(parts: IamParts, input: UpdateLoginProfile): Promise<void> {
  const user = await findWithProfile(parts, input.UserName);
  const resetRequired = input.PasswordResetRequired ?? user.password_reset_required === 1;
  if (input.Password !== undefined) {
    await setPassword(parts, user, { password: input.Password, resetRequired });
    return;
  }
  const changed = { password_reset_required: resetRequired ? 1 : 0, failed_sign_ins: 0, locked_until: 0 };
  await parts.settings.updateTable('iam_users').set(changed).where('id', '=', user.id).execute();
}

async function changePassword(
  parts: IamParts,
  input: { OldPassword: string; NewPassword: string },
  { principal }: CallContext,
): Promise<void> {
  if (principal.type !== 'IAMUser' || principal.userName === undefined) {
    throw new AwsError('InvalidUserType', 'Only IAM Users can change their own password', { status: 400 });
  }
  const user = await findWithProfile(parts, principal.userName);
  const attempts = `password ${user.id}`;
  const fits =
    parts.limiter.lockedFor(attempts) === 0 &&
    (await parts.passwords.verify(input.OldPassword, user.password_hash ?? undefined));
  if (fits !== true) {
    parts.limiter.failed(attempts);
    throw new AwsError('AccessDenied', 'The old password was incorrect.', { status: 403 });
  }
  parts.limiter.succeeded(attempts);
  await setPassword(parts, user, { password: input.NewPassword, resetRequired: false });
}

async function setPassword(
  { settings, passwords, clock }: IamParts,
  user: UserRow,
  set: { readonly password: string; readonly resetRequired: boolean },
) {
  checkPassword(set.password, user.name);
  const changed = {
    password_hash: await passwords.hash(set.password),
    password_created_at: clock.now(),
    password_reset_required: set.resetRequired ? 1 : 0,
    failed_sign_ins: 0,
    locked_until: 0,
  };
  await settings.updateTable('iam_users').set(changed).where('id', '=', user.id).execute();
  return changed;
}

/** AWS's default password policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html */
function checkPassword(text: string, name: string): void {
  const kinds = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(text)).length;
  const complaint =
    text.length < 8
      ? 'Password should have a minimum length of 8'
      : kinds < 3
        ? 'Password should contain at least three of: upper case, lower case, digits, other characters'
        : text.toLowerCase() === name.toLowerCase()
          ? 'Password should not be the user name'
          : undefined;
  if (complaint !== undefined) throw new AwsError('PasswordPolicyViolation', complaint, { status: 400 });
}

function profileOf(
  user: UserRow,
  {
    password_created_at,
    password_reset_required,
  }: Pick<UserRow, 'password_created_at' | 'password_reset_required'>,
) {
  return {
    UserName: user.name,
    CreateDate: new Date(password_created_at ?? 0),
    PasswordResetRequired: password_reset_required === 1,
  };
}
