import { ApiError, endsSession, errorFromAnswer, unreachable } from './errors.ts';
import { hexHash, signRequest, type Credentials } from './sign.ts';

type Caller = { readonly credentials: Credentials; readonly region: string };

export type ClientDeps = {
  /** `http://127.0.0.1:4680`: where the console itself came from. */
  readonly origin: string;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** Who signs; undefined after the session ended. */
  readonly caller: () => Caller | undefined;
  /** Told once the server no longer takes the credentials. */
  readonly onSessionOver?: ((error: ApiError) => void) | undefined;
};

export type ApiClient = {
  /** One JSON 1.1 operation of CloudTrail. Rejects with ApiError. */
  readonly cloudtrail: (
    operation: string,
    input: object,
    signal?: AbortSignal,
  ) => Promise<Record<string, unknown>>;
  /** A signed request to one of the paths under `/_`; the answer is handed over unread when it is a success. */
  readonly own: (request: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly body?: string;
    readonly signal?: AbortSignal;
  }) => Promise<Response>;
};

type Sendable = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly service: string;
  readonly signal?: AbortSignal | undefined;
};

const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';

/** Signs as any AWS client does. A clock that is off is corrected once by the server's Date header. */
export function createClient(deps: ClientDeps): ApiClient {
  let clockOffset = 0;

  const succeed = async (request: Sendable): Promise<Response> => {
    let response = await send(deps, request, clockOffset);
    if (response.ok) return response;
    let error = errorFromAnswer(response.status, response.headers, await response.text());
    const offset = offsetFrom(error, response, deps.now());
    if (offset !== undefined) {
      clockOffset = offset;
      response = await send(deps, request, clockOffset);
      if (response.ok) return response;
      error = errorFromAnswer(response.status, response.headers, await response.text());
    }
    if (endsSession(error)) deps.onSessionOver?.(error);
    throw error;
  };

  return {
    cloudtrail: async (operation, input, signal) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${TARGET}.${operation}`,
      };
      const response = await succeed({
        method: 'POST',
        path: '/',
        headers,
        body: JSON.stringify(input),
        service: 'cloudtrail',
        signal,
      });
      return (await response.json()) as Record<string, unknown>;
    },
    own: ({ method, path, body = '', signal }) =>
      succeed({
        method,
        path,
        headers:
          method === 'POST'
            ? { 'content-type': 'application/json', 'x-amz-content-sha256': hexHash(body) }
            : {},
        body,
        service: 'opentrail',
        signal,
      }),
  };
}

async function send(deps: ClientDeps, request: Sendable, clockOffset: number): Promise<Response> {
  const caller = deps.caller();
  if (!caller) throw new ApiError({ code: 'ExpiredToken', message: 'The session has ended.', status: 403 });
  const url = new URL(request.path, deps.origin);
  const headers = signRequest(
    { method: request.method, url, headers: request.headers, body: request.body },
    { ...caller, service: request.service, now: deps.now() + clockOffset },
  );
  try {
    return await deps.fetch(url, {
      method: request.method,
      headers,
      ...(request.method === 'GET' ? {} : { body: request.body }),
      ...(request.signal ? { signal: request.signal } : {}),
      credentials: 'omit',
      cache: 'no-store',
    });
  } catch (cause) {
    if (request.signal?.aborted) throw cause;
    throw unreachable(cause);
  }
}

/** Milliseconds to add to our clock, when the answer says that the signature's time was the fault. */
function offsetFrom(error: ApiError, response: Response, now: number): number | undefined {
  const aboutTime =
    error.code === 'RequestTimeTooSkewed' || /signature (expired|not yet current)/i.test(error.message);
  const date = Date.parse(response.headers.get('date') ?? '');
  return aboutTime && Number.isFinite(date) ? date - now : undefined;
}
