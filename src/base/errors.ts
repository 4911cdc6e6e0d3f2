/**
 * Errors of our own that no AWS caller sees (what a caller may see is `aws/errors.ts`).
 * `kind` says who can mend it: the user of the command line, the operator of the server, or us.
 * Codes are listed in docs/errors.md, checked by a test.
 */
export type ErrorKind = 'user' | 'operator' | 'bug';

export type OpentrailErrorCode =
  | 'BAD_CONFIG'
  | 'BAD_ARGUMENT'
  | 'BAD_FILE'
  | 'DATA_DIR_LOCKED'
  | 'ENGINE_UNAVAILABLE'
  | 'ENGINE_QUERY_FAILED'
  | 'INVALID_SQL'
  | 'JOURNAL_FULL'
  | 'JOURNAL_CORRUPT'
  | 'NOT_BUILT'
  | 'NOT_FOUND'
  | 'OUTBOUND_REFUSED'
  | 'SERVER_REFUSED'
  | 'SERVER_UNREACHABLE'
  | 'SOURCE_FAILED'
  | 'SQL_FAILED'
  | 'SQL_TIMEOUT'
  | 'BUG';

export class OpentrailError extends Error {
  override readonly name = 'OpentrailError';
  readonly code: OpentrailErrorCode;
  readonly kind: ErrorKind;

  constructor(
    code: OpentrailErrorCode,
    message: string,
    options: { cause?: unknown; kind?: ErrorKind } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = options.kind ?? (code === 'BUG' ? 'bug' : code.startsWith('BAD_') ? 'user' : 'operator');
  }
}

/** The text of whatever was thrown, for logs and status fields. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system error code (`ENOSPC`, `ECONNREFUSED`, …) of an error or of its cause, if it has one. */
export function systemCodeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && /^E[A-Z0-9]+$/.test(at.code)) return at.code;
  }
  return undefined;
}

/** For branches that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new OpentrailError('BUG', `unexpected value ${JSON.stringify(value)}`);
}
