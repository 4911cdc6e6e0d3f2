import { z } from 'zod';

import { AwsError } from './errors.ts';
import type { OperationInput } from './operation.ts';

/**
 * Holds an operation's input to its limits. Throws ValidationError with every mistake in the words of AWS's query services; members that
 * exist in AWS but not in `shape` are refused by name rather than ignored. Passwords are not repeated.
 */
export function validateInput<Shape extends z.ZodRawShape>(
  shape: Shape,
  input: OperationInput,
): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined && value !== null),
  );
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(shape, name));
  if (unknown.length > 0)
    throw validationError(
      `Opentrail does not support the parameter ${unknown.join(', ')} of this operation.`,
    );
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => complaintOf(issue, given));
  throw validationError(
    `${complaints.length} validation error${complaints.length > 1 ? 's' : ''} detected: ${complaints.join('; ')}`,
  );
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message, { status: 400 });
}

function complaintOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  const name = String(issue.path[0]);
  const value = given[name];
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  const shown =
    value === undefined ? 'null' : /password|code/i.test(name) ? "'***'" : `'${String(value).slice(0, 200)}'`;
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
