import { AwsError } from '../../../aws/errors.ts';

/** Throws MalformedQueryException, which tells where in the query the mistake is: offsets of characters. */
export function malformed(
  message: string,
  { start, end }: { readonly start: number; readonly end: number },
): never {
  throw new AwsError('MalformedQueryException', message, {
    detail: {
      queryCompileError: {
        location: { startCharOffset: start, endCharOffset: end },
        message,
      },
    },
  });
}
