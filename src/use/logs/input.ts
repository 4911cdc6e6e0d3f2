import { z } from 'zod';

import { AwsError } from '../../aws/errors.ts';
import type { OperationInput } from '../../aws/operation.ts';
import { validateInput } from '../../aws/validate-input.ts';
import { invalid } from './log-errors.ts';

/** Limits of members, as the API reference gives them: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html */

export const groupName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[.\-_/#A-Za-z0-9]+$/);
export const groupIdentifier = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[\w#+=/:,.@*-]*$/);
export const streamName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^:*]*$/);
export const pageToken = z.string().min(1).max(4096);
export const timestamp = z.number().int().min(0).max(8.64e15);
export const limit = (most: number) => z.number().int().min(1).max(most);
export const namedGroup = {
  logGroupName: groupName.optional(),
  logGroupIdentifier: groupIdentifier.optional(),
};

/** Holds the input to its limits. Throws InvalidParameterException with every mistake, and for members that are not built. */
export function checked<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
): z.output<z.ZodObject<Shape>> {
  try {
    return validateInput(shape, input);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ValidationError') throw invalid(error.message);
    throw error;
  }
}
