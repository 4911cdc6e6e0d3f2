import { AwsError } from '../../aws/errors.ts';

/** Reading members of a raw JSON body: only own ones, whatever they are called. */
export function member(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For extended members, which have no error of AWS's own. */
export function invalid(name: string, value: unknown, rule: string): AwsError {
  const shown = value === undefined ? 'null' : JSON.stringify(value).slice(0, 200);
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value ${shown} at '${name}' failed to satisfy constraint: ${rule}`,
  );
}
