import { ApiError } from '../../aws/errors.ts';

/** Where in a statement something is wrong. From 1, as the server tells it. */
export type Place = { readonly line: number; readonly column: number; readonly message: string };

/** `line 3:7: Column 'evntname' cannot be resolved` */
export function placeOf(error: unknown): Place | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const [, line, column, message = ''] = /^line (\d+):(\d+): (.*)$/s.exec(error.message) ?? [];
  if (line === undefined || column === undefined) return undefined;
  return { line: Number(line), column: Number(column), message };
}
