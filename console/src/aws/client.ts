import { ApiError, endsSession, errorFromAnswer, unreachable } from './errors.ts';
import { encode, hexHash, signRequest, type Credentials } from './sign.ts';
import { JSON_SERVICES, QUERY_SERVICES, queryBody, type JsonService, type QueryService } from './services.ts';

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

export type S3Request = {
  readonly method: 'GET' | 'PUT';
  /** '' for the list of buckets. */
  readonly bucket: string;
  /** As it is called, not as it is written in a URL. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
};

export type ApiClient = {
  /** One JSON 1.1 operation of CloudTrail. Rejects with ApiError. */
  readonly cloudtrail: (
    operation: string,
    input: object,
    signal?: AbortSignal,
  ) => Promise<Record<string, unknown>>;
  /** One operation of another service that speaks JSON 1.1. */
  readonly json: (
    service: JsonService,
    operation: string,
    input: object,
    signal?: AbortSignal,
  ) => Promise<Record<string, unknown>>;
  /** One operation that answers with a stream of events: the answer is handed over unread. */
  readonly jsonStream: (
    service: JsonService,
    operation: string,
    input: object,
    signal?: AbortSignal,
  ) => Promise<Response>;
  /** One operation of a service that speaks Query; the answer's XML. */
  readonly query: (
    service: QueryService,
    operation: string,
    input: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ) => Promise<string>;
  /** A request to S3, path style; the answer is handed over unread when it is a success. */
  readonly s3: (request: S3Request) => Promise<Response>;
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

/** Signs as any AWS client does. A clock that is off is corrected once by the server's Date header. */
export function createClient(deps: ClientDeps): ApiClient {
  const succeed = succeeding(deps);
  const jsonStream: ApiClient['jsonStream'] = (service, operation, input, signal) =>
    succeed({
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${JSON_SERVICES[service]}.${operation}`,
      },
      body: JSON.stringify(input),
      service,
      signal,
    });
  const json: ApiClient['json'] = async (service, operation, input, signal) => {
    const response = await jsonStream(service, operation, input, signal);
    const text = await response.text();
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  return {
    json,
    jsonStream,
    cloudtrail: (operation, input, signal) => json('cloudtrail', operation, input, signal),
    query: async (service, operation, input, signal) => {
      const response = await succeed({
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: queryBody(operation, QUERY_SERVICES[service], input),
        service,
        signal,
      });
      return response.text();
    },
    s3: ({ method, bucket, key = '', query = {}, body = '', signal }) =>
      succeed({
        method,
        path: s3Path(bucket, key, query),
        headers: { 'x-amz-content-sha256': hexHash(body) },
        body,
        service: 's3',
        signal,
      }),
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

function succeeding(deps: ClientDeps): (request: Sendable) => Promise<Response> {
  let clockOffset = 0;
  return async (request) => {
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
}

function s3Path(bucket: string, key: string, query: Readonly<Record<string, string>>): string {
  const path = `/${encode(bucket)}${key === '' ? '' : `/${key.split('/').map(encode).join('/')}`}`;
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
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
