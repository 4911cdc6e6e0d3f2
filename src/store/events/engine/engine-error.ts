/** An error as ClickHouse tells it over HTTP: `Code: 62. DB::Exception: … (SYNTAX_ERROR)`. Only inside the engine process. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: number;

  constructor(code: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** Reads the code out of whatever chDB threw; 1000 (POCO_EXCEPTION, "something below") where it tells none. */
export function toEngineError(cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const match = /Code: (\d+)\. DB::Exception: /.exec(text);
  if (!match) return new EngineError(1000, text, { cause });
  return new EngineError(Number(match[1]), text.replace(/^(?:Code: \d+\. DB::Exception: )+/, ''), { cause });
}

const NAMES: Readonly<Record<number, string>> = {
  62: 'SYNTAX_ERROR',
  73: 'UNKNOWN_FORMAT',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  456: 'UNKNOWN_QUERY_PARAMETER',
  516: 'AUTHENTICATION_FAILED',
  1000: 'POCO_EXCEPTION',
};

export function errorBody(error: EngineError): string {
  const named = /\([A-Z_]+\)(?: \(version [^)]*\))?\s*$/.test(error.message);
  const name = named ? '' : ` (${NAMES[error.code] ?? 'UNKNOWN_EXCEPTION'})`;
  return `Code: ${error.code}. DB::Exception: ${error.message}${name}\n`;
}

/** As ClickHouse's own HTTP handler maps them. */
export function statusOf(code: number): number {
  switch (code) {
    case 62:
    case 73:
    case 456:
      return 400;
    case 516:
      return 403;
    case 60:
    case 81:
      return 404;
    case 159:
      return 408;
    default:
      return 500;
  }
}
