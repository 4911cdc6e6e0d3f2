import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { OperationInput } from '../../../../aws/operation.ts';
import { validateInput } from '../../../../aws/validate-input.ts';

/** Limits of members: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html */

export const statement = z.string().min(1).max(10_000);
export const alias = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z][a-zA-Z0-9._-]*$/);
export const parameters = z.array(z.string().min(1).max(1024)).min(1).max(10);
export const accountId = z.string().regex(/^\d{12,16}$/);
export const queryId = z.string().regex(/^[a-f0-9-]{36}$/);
export const refreshId = z.string().regex(/^\d{10,20}$/);
export const storeName = z
  .string()
  .min(3)
  .max(256)
  .regex(/^[a-zA-Z0-9._/:-]+$/);
export const nextToken = z.string().max(1000);
export const count = z.number();
/** What is wrong with it has errors of its own. */
export const deliveryUri = z.string();

/** Holds the input to its limits. Throws InvalidParameterException with every mistake. */
export function checked<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
): z.output<z.ZodObject<Shape>> {
  return validateInput(shape, input, {
    invalid: 'InvalidParameterException',
    unsupported: 'InvalidParameterException',
  });
}

/** Throws InvalidMaxResultsException. */
export function pageSize(given: number | undefined, member: string, most = 1000): number {
  if (given === undefined) return most;
  if (Number.isInteger(given) && given >= 1 && given <= most) return given;
  throw new AwsError(
    'InvalidMaxResultsException',
    `${member} must be a whole number from 1 to ${most} (got ${given}).`,
  );
}
