import { ApiError, missingAction } from '../aws/errors.ts';

/** What went wrong, in a sentence for people, with the server's own code for it. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  const action = missingAction(error);
  return action
    ? `A policy of yours has to allow ${action} (${error.code}).`
    : `${error.message} (${error.code})`;
}
