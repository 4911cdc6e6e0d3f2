import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import type { CallContext, Operation, OperationInput } from '../../../aws/operation.ts';
import { pageOf as pageOfList } from '../../../aws/page-token.ts';
import { validateInput } from '../../../aws/validate-input.ts';
import { messageOf, OpentrailError } from '../../../base/errors.ts';
import { invalidRequest } from '../athena-errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { AthenaDeps } from '../deps.ts';
import type { Executions } from '../run/executions.ts';

export type OperationDeps = AthenaDeps & { readonly catalog: Catalog; readonly executions: Executions };

export type Output = Readonly<Record<string, unknown>>;

/** Asks the policies itself, once it knows which workgroup or catalog it is about. */
export type Handle = (deps: OperationDeps, input: OperationInput, context: CallContext) => Promise<Output>;

export function athenaOperation(deps: OperationDeps, name: string, handle: Handle): Operation {
  return {
    service: 'athena',
    name,
    action: false,
    handle: async (input, context) => ({ output: await told(handle(deps, input, context)) }),
  };
}

async function told(work: Promise<Output>): Promise<Output> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof OpentrailError) || !cause.code.startsWith('ENGINE_')) throw cause;
    throw new AwsError('InternalServerException', messageOf(cause), { status: 500, cause });
  }
}

const CODES = { invalid: 'InvalidRequestException', unsupported: 'InvalidRequestException' };

/** Throws InvalidRequestException with every mistake, and for members that are not built. */
export function checked<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
): z.output<z.ZodObject<Shape>> {
  return validateInput(shape, input, CODES);
}

export function workGroupArn({ region, accountId }: CallContext, name: string): string {
  return `arn:aws:athena:${region}:${accountId}:workgroup/${name}`;
}

export function catalogArn({ region, accountId }: CallContext, name: string): string {
  return `arn:aws:athena:${region}:${accountId}:datacatalog/${name}`;
}

export function own({ accountId, region }: CallContext) {
  return { account: accountId, region } as const;
}

export const name = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[a-zA-Z0-9._-]+$/);
export const queryId = z.string().min(1).max(128).regex(/^\S+$/);
export const statement = z.string().min(1).max(262_144);
export const description = z.string().min(1).max(1024);
export const nextToken = z.string().min(1).max(1024);
export const requestToken = z.string().min(32).max(128);

export function badToken(): AwsError {
  return invalidRequest('Invalid NextToken value.');
}

/** A page of a list that is in memory as a whole, by the order of its keys. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (one: T) => string,
  { NextToken, most }: { readonly NextToken?: string | undefined; readonly most: number },
): { readonly page: readonly T[]; readonly NextToken: string | undefined } {
  const { items, next } = pageOfList(all, keyOf, { token: NextToken, limit: most, bad: badToken });
  return { page: items, NextToken: next };
}
