import { AwsError } from '../../../aws/errors.ts';
import type { OperationInput } from '../../../aws/operation.ts';
import { keyOfToken, tokenOfKey } from '../../../aws/page-token.ts';

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

export function text(input: OperationInput, member: string): string {
  const value = input[member];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${member} must be specified.`);
}

export function optionalText(input: OperationInput, member: string): string | undefined {
  const value = input[member];
  return value === undefined || value === null ? undefined : text(input, member);
}

export function oneOf<Value>(
  input: OperationInput,
  member: string,
  { values, fallback }: { readonly values: readonly Value[]; readonly fallback?: Value },
): Value {
  const value = input[member] ?? fallback;
  const known = values.find((one) => one === value);
  if (known !== undefined) return known;
  throw invalid(`${member} ${shown(value)} is not valid: it must be one of ${values.join(', ')}.`);
}

export function integer(
  input: OperationInput,
  member: string,
  { most, fallback }: { readonly most: number; readonly fallback: number },
): number {
  const value = input[member] ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw invalid(`${member} ${shown(value)} is not valid: it must be from 1 to ${most}.`);
}

/** Milliseconds; the range must not end before it starts. */
export function timeRange(
  input: OperationInput,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly from: number; readonly to: number } {
  const start = time(input, 'StartTime') ?? from;
  const end = time(input, 'EndTime') ?? to;
  if (end < start) throw invalid('EndTime must not be before StartTime.');
  return { from: start, to: end };
}

function time(input: OperationInput, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime();
  throw invalid(`${member} must be a timestamp.`);
}

/** Where a page ended, with what the call asked: a token serves no other call. Whoever makes one up sees what he may see anyway. */
export function makeToken(asked: unknown, at: number): string {
  return tokenOfKey(JSON.stringify([asked, at]));
}

export function readToken(token: string | undefined, asked: unknown): number {
  if (token === undefined) return 0;
  try {
    const [made, at] = JSON.parse(keyOfToken(token, badToken)) as [unknown, unknown];
    if (JSON.stringify(made) === JSON.stringify(asked) && Number.isSafeInteger(at) && Number(at) >= 0)
      return Number(at);
  } catch {
    // Not one of ours.
  }
  throw badToken();
}

function badToken() {
  return invalid('NextToken is not valid for this call.');
}

function shown(value: unknown): string {
  return value === undefined ? 'null' : (JSON.stringify(value) ?? '').slice(0, 200);
}
