import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';

import type { AuditEvent, User } from './options.ts';

/** What is asked of a request of Express or Fastify; both have these. */
export type HttpRequest = {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
  readonly ip?: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
};

export type HttpOptions<Request> = {
  /** Who it is: from what your authentication left on the request. */
  readonly who: (request: Request) => string | User | undefined;
  /** The event's name; default `POST /orders/:id`. Undefined: no event. */
  readonly what?: ((request: Request) => string | undefined) | undefined;
  /** Default: params, query and body. Secrets are hidden either way. */
  readonly parameters?: ((request: Request) => Readonly<Record<string, unknown>> | undefined) | undefined;
  /** Whether it is to be recorded at all. Default: all but GET, HEAD and OPTIONS. */
  readonly when?: ((request: Request) => boolean) | undefined;
  /** Beside the rest, in additionalEventData. */
  readonly more?: ((request: Request) => Readonly<Record<string, unknown>> | undefined) | undefined;
};

export type Outcome = {
  readonly status: number;
  readonly completed: boolean;
  readonly route: string | undefined;
  readonly startedAt: number;
};

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The event of a request that is over; undefined where there is none. A function of the user's that throws costs its part only. */
export function eventOfRequest<Request extends HttpRequest>(
  request: Request,
  { status, completed, route, startedAt }: Outcome,
  options: HttpOptions<Request>,
): AuditEvent | undefined {
  const failures: string[] = [];
  const asked = <T>(name: string, ask: () => T): T | undefined => {
    try {
      return ask();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const { method = 'GET' } = request;
  const wanted =
    options.when === undefined ? !READING.has(method) : asked('when', () => options.when?.(request));
  if (wanted === false) return undefined;
  const fallback = `${method} ${route ?? pathOf(request)}`;
  const named = options.what === undefined ? fallback : asked('what', () => options.what?.(request));
  if (named === undefined && failures.every((text) => !text.startsWith('what'))) return undefined;
  const parameters =
    options.parameters === undefined
      ? partsOf(request)
      : asked('parameters', () => options.parameters?.(request));
  const user = asked('who', () => options.who(request));
  const more = asked('more', () => options.more?.(request));
  return {
    eventName: named ?? fallback,
    user,
    requestParameters: parameters,
    ...errorOf(status, completed),
    sourceIPAddress: request.ip,
    userAgent: request.headers['user-agent'],
    additionalEventData: {
      ...more,
      httpMethod: method,
      path: pathOf(request),
      ...(completed ? { httpStatus: status } : {}),
      ...(failures.length === 0 ? {} : { auditorFailures: failures.join('; ').slice(0, 1000) }),
    },
    time: new Date(startedAt),
  };
}

function errorOf(status: number, completed: boolean): Pick<AuditEvent, 'errorCode' | 'errorMessage'> {
  if (!completed)
    return {
      errorCode: 'ClientClosedRequest',
      errorMessage: 'The client went away before the answer was whole.',
    };
  if (status < 400) return {};
  return {
    errorCode: (STATUS_CODES[status] ?? String(status)).replaceAll(/[^A-Za-z0-9]/g, ''),
    errorMessage: `HTTP ${status}`,
  };
}

function partsOf({ params, query, body }: HttpRequest): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ params, query, body }).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

/** Without its query, which is among the parameters with its secrets hidden. */
function pathOf({ originalUrl, url = '' }: HttpRequest): string {
  return ((originalUrl ?? url).split('?', 1)[0] ?? '').slice(0, 1000);
}

export type { IncomingMessage, ServerResponse };
