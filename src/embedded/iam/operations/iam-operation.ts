import type { z } from 'zod';

import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../aws/operation.ts';
import { validateInput, validationError } from '../../../aws/validate-input.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Settings } from '../../../store/settings/contract.ts';
import type { AttemptLimiter } from '../attempt-limiter.ts';
import type { Directory, UserRow } from '../directory.ts';
import { noSuchNamed } from '../iam-errors.ts';
import type { MasterKey } from '../master-key.ts';
import type { Mfa } from '../mfa.ts';
import type { Passwords } from '../passwords.ts';
import { userArn } from '../read-entities.ts';
import type { IamTables } from '../settings.ts';

/** What the operations work on. */
export type IamParts = {
  readonly settings: Settings<IamTables>;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  readonly accountId: string;
  readonly directory: Directory;
  readonly passwords: Passwords;
  readonly limiter: AttemptLimiter;
  readonly mfa: Mfa;
};

type Definition<Shape extends z.ZodRawShape> = {
  readonly input: Shape;
  /** The ARN that the policies are asked about. */
  readonly resource: (input: OperationInput, context: CallContext) => string;
  readonly handle: (
    input: z.output<z.ZodObject<Shape>>,
    context: CallContext,
  ) => Promise<OperationOutput['output'] | void>;
};

/** An IAM operation of the model's name whose input is validated before it is handled. */
export function iamOperation<Shape extends z.ZodRawShape>(
  name: string,
  definition: Definition<Shape>,
): Operation {
  return {
    service: 'iam',
    name,
    resources: (input, context) => [definition.resource(input, context)],
    handle: async (input, context) => ({
      output: (await definition.handle(validateInput(definition.input, input), context)) ?? {},
    }),
  };
}

/** The ARN of the user that the call names, else of the caller. */
export function userResource({ directory, accountId }: IamParts) {
  return (input: OperationInput, context: CallContext): string => {
    const name =
      typeof input['UserName'] === 'string' ? input['UserName'] : (context.principal.userName ?? '');
    return directory.userByName(name)?.arn ?? userArn(accountId, { path: '/', name });
  };
}

/** The named user's row, else the caller's. Throws NoSuchEntity. */
export async function findUser({ settings }: Pick<IamParts, 'settings'>, name: string): Promise<UserRow> {
  const row = await settings
    .selectFrom('iam_users')
    .selectAll()
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  if (row === undefined) throw noSuchNamed('user', name);
  return row;
}

/** For operations whose UserName may be left out. */
export function nameOrCaller(name: string | undefined, context: CallContext): string {
  const found = name ?? context.principal.userName;
  if (found === undefined)
    throw validationError('Must specify userName when calling with non-User credentials');
  return found;
}
