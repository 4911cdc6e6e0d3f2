import { AwsError } from '../../../../aws/errors.ts';
import type { CallContext, OperationInput } from '../../../../aws/operation.ts';
import { pageOf as pageOfList } from '../../../../aws/page-token.ts';
import { isUuid } from '../../../../base/ids.ts';
import { findImport } from '../import-store.ts';
import type { ImportRow } from '../settings.ts';
import type { ImportOperationDeps } from './deps.ts';

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

export function badSource(message: string, cause?: unknown): AwsError {
  return new AwsError('InvalidImportSourceException', message, { cause });
}

/** Undefined where the caller left it out. Throws InvalidParameterException for another type. */
export function optionalText(input: OperationInput, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${member} must be a string.`);
  return value;
}

export function optionalTime(input: OperationInput, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw invalid(`${member} must be a time.`);
  return value.getTime();
}

/** Throws InvalidParameterException, ImportNotFoundException. */
export async function importOf(
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<ImportRow> {
  const id = optionalText(input, 'ImportId');
  if (id === undefined) throw invalid('ImportId is required.');
  if (!isUuid(id)) throw invalid(`ImportId must be a UUID in lower case (got ${shown(id)}).`);
  const row = await findImport(deps, id);
  if (row === undefined || row.account !== context.accountId || row.region !== context.region)
    throw new AwsError('ImportNotFoundException', `The import ${id} was not found.`);
  return row;
}

/** 1 to 1000; default 1000. */
export function maxResults(input: OperationInput): number {
  const value = input['MaxResults'] ?? 1000;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1000)
    throw invalid(`MaxResults must be a whole number from 1 to 1000 (got ${shown(value)}).`);
  return value;
}

export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  input: OperationInput,
): { readonly items: readonly T[]; readonly NextToken: string | undefined } {
  const limit = maxResults(input);
  const token = optionalText(input, 'NextToken');
  const bad = () =>
    new AwsError('InvalidNextTokenException', `NextToken ${shown(token)} is none that was answered.`);
  const { items, next } = pageOfList(all, keyOf, { token, limit, bad });
  return { items, NextToken: next };
}

export function shown(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 200) : value) ?? 'nothing';
}
