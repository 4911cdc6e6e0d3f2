import { z } from 'zod';

import type { OperationInput } from '../../aws/operation.ts';
import { validateInput } from '../../aws/validate-input.ts';

/** Limits of members: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html */

export const ruleName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[.\-_A-Za-z0-9]+$/);
export const busName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[/.\-_A-Za-z0-9]+$/);
/** A name, or an ARN. */
export const busNameOrArn = z
  .string()
  .min(1)
  .max(1600)
  .regex(/^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/.\-_A-Za-z0-9]+$/);
export const thingName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[.\-_A-Za-z0-9]+$/);
export const description = z.string().max(512);
export const arn = z.string().min(1).max(1600);
export const token = z.string().min(1).max(2048);
export const limit = z.number().int().min(1).max(100);
export const tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }));

/** Holds the input to its limits. Throws ValidationException with every mistake, UnsupportedOperationException for members that are not built. */
export function checked<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
): z.output<z.ZodObject<Shape>> {
  return validateInput(shape, input, {
    invalid: 'ValidationException',
    unsupported: 'UnsupportedOperationException',
  });
}
