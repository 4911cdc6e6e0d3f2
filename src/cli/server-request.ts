import { OpentrailError, messageOf } from '../base/errors.ts';
import { createOutbound } from '../base/outbound.ts';
import { signRequest, type SigningCredentials } from '../aws/sigv4/sign-request.ts';

/** A running server and who calls it. */
export type ServerAccess = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
};

export type ServerRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Name in the credential scope: `cloudtrail`, or `opentrail` for paths under `/_`. */
  readonly service: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | string | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Sends a signed request. Throws SERVER_UNREACHABLE, or NOT_FOUND-like errors with the server's own code and message. */
export async function serverRequest(server: ServerAccess, request: ServerRequest): Promise<Response> {
  const { url, headers } = signed(server, request);
  const { method, body, signal } = request;
  const response = await fetch(url, {
    method,
    headers,
    body: body as Uint8Array<ArrayBuffer> | string | undefined,
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw unreachable(server, cause);
  });
  if (!response.ok) throw refusal(response.status, await response.text());
  return response;
}

function signed(server: ServerAccess, { method, path, service, headers, body }: ServerRequest) {
  const url = new URL(path, server.endpoint);
  const by = { credentials: server.credentials, service, region: server.region, now: Date.now() };
  const { host: _host, ...rest } = signRequest(by, { method, url, headers, body: body ?? '' });
  return { url, headers: rest };
}

function unreachable(server: ServerAccess, cause: unknown): OpentrailError {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  return new OpentrailError(
    'SERVER_UNREACHABLE',
    `no server answers at ${server.endpoint} (${messageOf(inner)}); start it with: opentrail serve`,
    { cause },
  );
}

/** Calls an operation of the cloudtrail API. Throws as serverRequest does. */
export async function cloudtrailCall<T>(
  server: ServerAccess,
  operation: string,
  input: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const target = `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`;
  return jsonServiceCall(server, { service: 'cloudtrail', target }, input, signal);
}

/**
 * Calls an operation of a JSON 1.1 service by its wire form, which carries our extensions too. Not by `fetch`, which takes 40 ms to load.
 * Throws as serverRequest does.
 */
export async function jsonServiceCall<T>(
  server: ServerAccess,
  { service, target }: { readonly service: string; readonly target: string },
  input: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const request = {
    method: 'POST',
    path: '/',
    service,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(input),
    signal,
  };
  return JSON.parse(await serverAnswer(server, request)) as T;
}

/** The text at a path under `/_`: a small one, and without `fetch` too. */
export function serverText(server: ServerAccess, path: string): Promise<string> {
  return serverAnswer(server, { method: 'GET', path, service: 'opentrail' });
}

/** The whole answer of a signed request, as text. Not by `fetch`, which copies a body twice before it sends it. Throws as serverRequest does. */
export async function serverAnswer(server: ServerAccess, request: ServerRequest): Promise<string> {
  const outbound = createOutbound({ timeout: CALL_TIMEOUT });
  try {
    const { status, body } = await outbound.send({ ...request, ...signed(server, request) });
    const text = body.toString('utf8');
    if (status !== 200) throw refusal(status, text);
    return text;
  } catch (cause) {
    if (cause instanceof OpentrailError || request.signal?.aborted) throw cause;
    throw unreachable(server, cause);
  } finally {
    await outbound.stop();
  }
}

/** Milliseconds, as `fetch` has it: a search over years takes its time. */
const CALL_TIMEOUT = 300_000;

function refusal(status: number, text: string): OpentrailError {
  const { code, message } = readError(text);
  return new OpentrailError(
    'SERVER_REFUSED',
    `${code ?? `HTTP ${status}`}: ${message ?? text.slice(0, 300)}`,
  );
}

function readError(text: string): { code: string | undefined; message: string | undefined } {
  try {
    const body = JSON.parse(text) as { __type?: string; code?: string; message?: string };
    return { code: body.__type ?? body.code, message: body.message };
  } catch {
    return { code: /<Code>([^<]*)/.exec(text)?.[1], message: /<Message>([^<]*)/.exec(text)?.[1] };
  }
}
