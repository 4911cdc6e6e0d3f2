import { OpentrailError, messageOf } from '../base/errors.ts';
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
  const url = new URL(request.path, server.endpoint);
  const { method, body, signal } = request;
  const headers = signRequest(
    { credentials: server.credentials, service: request.service, region: server.region, now: Date.now() },
    { method, url, headers: request.headers, body: body ?? '' },
  );
  delete headers['host'];
  const response = await fetch(url, {
    method,
    headers,
    body: body as Uint8Array<ArrayBuffer> | string | undefined,
    signal: signal ?? null,
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    const why =
      cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
    throw new OpentrailError(
      'SERVER_UNREACHABLE',
      `no server answers at ${server.endpoint} (${why}); start it with: opentrail serve`,
      { cause },
    );
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

/** Calls an operation of the cloudtrail API by its wire form, which carries our extensions too. */
export async function cloudtrailCall<T>(
  server: ServerAccess,
  operation: string,
  input: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await serverRequest(server, {
    method: 'POST',
    path: '/',
    service: 'cloudtrail',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`,
    },
    body: JSON.stringify(input),
    signal,
  });
  return (await response.json()) as T;
}

async function refusal(response: Response): Promise<OpentrailError> {
  const text = await response.text();
  const { code, message } = readError(text);
  return new OpentrailError(
    'SERVER_REFUSED',
    `${code ?? `HTTP ${response.status}`}: ${message ?? text.slice(0, 300)}`,
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
