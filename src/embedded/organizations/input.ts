import { z } from 'zod';

import { AwsError } from '../../aws/errors.ts';
import type { OperationInput } from '../../aws/operation.ts';
import { type Page, pageOf } from '../../aws/page-token.ts';
import { validateInput } from '../../aws/validate-input.ts';
import { invalidInput } from './errors.ts';

/** Members of the operations, with the limits of https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html */
export const accountId = z.string().regex(/^\d{12}$/);
export const email = z
  .string()
  .min(6)
  .max(64)
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/);
export const accountName = z.string().min(1).max(50);
export const servicePrincipal = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w+=,.@-]*$/);
export const unitName = z.string().min(1).max(128);
export const unitId = z.string().regex(/^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$/);
/** A root or a unit. */
export const parentId = z.string().regex(/^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/);
export const handshakeId = z.string().regex(/^h-[0-9a-z]{8,32}$/);
export const roleName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w+=,.@-]{1,64}$/);
export const tag = z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) });
export const tags = z.array(tag).max(50);
export const paging = {
  MaxResults: z.number().int().min(1).max(20).optional(),
  NextToken: z.string().optional(),
};

/** Throws InvalidInputException with every mistake. */
export function readInput<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
): z.output<z.ZodObject<Shape>> {
  try {
    return validateInput(shape, input);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ValidationError')
      throw invalidInput(error.message, 'INVALID_PATTERN');
    throw error;
  }
}

const PAGE = 20;

/** A page of what is in the order of `keyOf`; the token is the key of the last one shown. Throws InvalidInputException. */
export function page<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
  {
    MaxResults = PAGE,
    NextToken,
  }: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
): Page<Item> {
  return pageOf(all, keyOf, {
    token: NextToken,
    limit: MaxResults,
    bad: () => invalidInput('The NextToken value is invalid.', 'INVALID_NEXT_TOKEN'),
  });
}
