import { z } from 'zod';

import { AwsError } from '../../../../aws/errors.ts';
import type { OperationInput } from '../../../../aws/operation.ts';
import { validateInput } from '../../../../aws/validate-input.ts';

export const store = z
  .string()
  .min(3)
  .max(256)
  .regex(/^[a-zA-Z0-9._/\-:]+$/);
export const name = z
  .string()
  .min(3)
  .max(128)
  .regex(/^[a-zA-Z0-9._-]+$/);
export const billingMode = z.enum(['EXTENDABLE_RETENTION_PRICING', 'FIXED_RETENTION_PRICING']);
export const kmsKeyId = z.string().min(1).max(350);

/** Holds the input to its limits. Throws InvalidParameterException with every mistake, UnsupportedOperationException for members that are not built. */
export function checked<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
): z.output<z.ZodObject<Shape>> {
  return validateInput(shape, input, {
    invalid: 'InvalidParameterException',
    unsupported: 'UnsupportedOperationException',
  });
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

type BillingMode = z.output<typeof billingMode>;

/** Days: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateEventDataStore.html */
const RETENTION: Readonly<Record<BillingMode, { readonly most: number; readonly usual: number }>> = {
  EXTENDABLE_RETENTION_PRICING: { most: 3653, usual: 366 },
  FIXED_RETENTION_PRICING: { most: 2557, usual: 2557 },
};
const LEAST_RETENTION = 7;

/** Throws InvalidParameterException. */
export function retentionOf(mode: BillingMode, given: number | undefined): number {
  const { most, usual } = RETENTION[mode];
  if (given === undefined) return usual;
  if (Number.isInteger(given) && given >= LEAST_RETENTION && given <= most) return given;
  throw invalidParameter(
    `Value '${given}' at 'retentionPeriod' failed to satisfy constraint: Member must be between ${LEAST_RETENTION} and ${most} days for the billing mode ${mode}`,
  );
}
