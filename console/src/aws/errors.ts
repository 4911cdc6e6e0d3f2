/** What the server said no with: an AWS error code, or one of ours for what never reached it. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(error: {
    readonly code: string;
    readonly message: string;
    readonly status: number;
    readonly retryAfterSeconds?: number | undefined;
    readonly cause?: unknown;
  }) {
    super(error.message, { cause: error.cause });
    this.name = 'ApiError';
    this.code = error.code;
    this.status = error.status;
    this.retryAfterSeconds = error.retryAfterSeconds;
  }
}

/** Codes that mean: these credentials are no longer any good. */
const SESSION_OVER = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidAccessKeyId',
]);

const NOT_PERMITTED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  // SNS has one of its own.
  'AuthorizationError',
  'AuthorizationErrorException',
]);

const NOT_SERVED = new Set([
  'NotImplemented',
  'UnknownOperationException',
  'InvalidAction',
  'UnsupportedOperationException',
]);

export function endsSession(error: unknown): boolean {
  return error instanceof ApiError && SESSION_OVER.has(error.code);
}

/** Nobody answers for the service or the operation here: what needs it cannot be offered. */
export function isNotServed(error: unknown): error is ApiError {
  return error instanceof ApiError && NOT_SERVED.has(error.code);
}

export function isNotPermitted(error: unknown): error is ApiError {
  return error instanceof ApiError && NOT_PERMITTED.has(error.code);
}

/**
 * `cloudtrail:LookupEvents` out of "… is not authorized to perform: cloudtrail:LookupEvents on resource: …". SNS says `SNS:Publish`;
 * policies are written with the small letters.
 */
export function missingAction(error: ApiError): string | undefined {
  const [, service, operation] = /not authorized to perform:? ([\w-]+):(\w+)/.exec(error.message) ?? [];
  return service && operation && `${service.toLowerCase()}:${operation}`;
}

/** Reads an error answer of the JSON, Query or S3 protocol, of `/_…` paths, or of something in between that speaks none. */
export function errorFromAnswer(status: number, headers: Headers, body: string): ApiError {
  const parsed = body.trimStart().startsWith('<') ? parseXmlError(body) : parseObject(body);
  const type = text(parsed['__type']) ?? text(parsed['code']) ?? headers.get('x-amzn-errortype') ?? undefined;
  const code = (type ?? `HTTP ${status}`).replace(/^.*#/, '').replace(/:.*$/, '');
  const message =
    text(parsed['message']) ?? text(parsed['Message']) ?? plain(body) ?? `The server answered ${status}.`;
  const retryAfter = Number(parsed['retryAfterSeconds'] ?? headers.get('retry-after') ?? Number.NaN);
  return new ApiError({
    code,
    message,
    status,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  });
}

export function unreachable(cause: unknown): ApiError {
  const message = 'The server did not answer. It may be restarting, or the network between is down.';
  return new ApiError({ code: 'Unreachable', message, status: 0, cause });
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** `Code` and `Message` of S3's `<Error>` and of Query's `<ErrorResponse><Error>`. */
function parseXmlError(body: string): Record<string, unknown> {
  const member = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  const [code, message] = [member('Code'), member('Message')];
  return code === undefined ? {} : { code, message: unescapeXml(message ?? '') };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

function unescapeXml(text: string): string {
  return text
    .replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (entity, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A proxy's HTML page says nothing that helps; a line of text may. */
function plain(body: string): string | undefined {
  const line = body.trim();
  return line !== '' && line.length < 300 && !line.startsWith('<') && !line.startsWith('{')
    ? line
    : undefined;
}
