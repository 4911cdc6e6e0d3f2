import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput } from '../../../aws/operation.ts';

/** Undefined where the caller left it out. Throws SerializationException for another type. */
export function optionalText(input: OperationInput, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(member, 'a string');
  return value;
}

export function text(input: OperationInput, member: string): string {
  return optionalText(input, member) ?? '';
}

export function optionalFlag(input: OperationInput, member: string): boolean | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrongType(member, 'a boolean');
  return value;
}

export function optionalTime(input: OperationInput, member: string): Date | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw wrongType(member, 'a timestamp');
  return value;
}

export function optionalList(input: OperationInput, member: string): readonly unknown[] | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(member, 'a list');
  return value;
}

function wrongType(member: string, wanted: string): AwsError {
  return new AwsError('SerializationException', `${member} must be ${wanted}.`);
}
