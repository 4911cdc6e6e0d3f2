import { z } from 'zod';

import { AwsError } from './errors.ts';
import type { OperationInput } from './operation.ts';

/**
 * Holds an operation's input to its limits. Throws ValidationError with every mistake in the words of AWS's query services; members that
 * exist in AWS but not in `shape` are refused by name rather than ignored. Passwords and bytes are not repeated. `codes` are the errors' names
 * where they are others: JSON services say ValidationException.
 */
export function validateInput<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
  codes: { readonly invalid: string; readonly unsupported: string } = QUERY_CODES,
): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined && value !== null),
  );
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(shape, name));
  if (unknown.length > 0)
    throw new AwsError(
      codes.unsupported,
      `Opentrail does not support the parameter ${unknown.join(', ')} of this operation.`,
    );
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => complaintOf(issue, given));
  throw new AwsError(
    codes.invalid,
    `${complaints.length} validation error${complaints.length > 1 ? 's' : ''} detected: ${complaints.join('; ')}`,
  );
}

const QUERY_CODES = { invalid: 'ValidationError', unsupported: 'ValidationError' };

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message, { status: 400 });
}

function complaintOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  const name = String(issue.path[0]);
  const value = given[name];
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  const isHidden = /password|code/i.test(name) || value instanceof Uint8Array;
  const shown = value === undefined ? 'null' : isHidden ? "'***'" : `'${String(value).slice(0, 200)}'`;
  return `Value ${shown} at '${member}' failed to satisfy constraint: ${constraintOf(issue, value)}`;
}

function constraintOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'Member must not be null';
  const measure = typeof value === 'number' ? 'value' : 'length';
  if (issue.code === 'too_big') return `Member must have ${measure} less than or equal to ${issue.maximum}`;
  if (issue.code === 'too_small')
    return `Member must have ${measure} greater than or equal to ${issue.minimum}`;
  if (issue.code === 'invalid_format')
    return `Member must satisfy regular expression pattern: ${issue.pattern?.replace(/^\/\^?|\$?\/$/g, '') ?? ''}`;
  if (issue.code === 'invalid_value')
    return `Member must satisfy enum value set: [${issue.values.join(', ')}]`;
  return issue.message;
}
