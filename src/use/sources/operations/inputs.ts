import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import { validateInput } from '../../../aws/validate-input.ts';

const CODES = { invalid: 'ValidationException', unsupported: 'ValidationException' };

export function checked<Shape extends z.ZodRawShape>(shape: Shape, input: Readonly<Record<string, unknown>>) {
  return validateInput(shape, input, CODES);
}

export const sourceName = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
