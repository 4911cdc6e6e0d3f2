import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

import { AwsError } from '../../src/aws/errors.ts';
import type { Protocol } from '../../src/aws/protocols/protocol.ts';
import { sha256Hex } from '../../src/aws/sigv4/canonical-request.ts';
import { decodeAwsChunked } from '../../src/aws/sigv4/decode-aws-chunked.ts';
import { createSigningKeys } from '../../src/aws/sigv4/signing-key.ts';
import { credentialsOf } from '../../src/aws/sigv4/testing.ts';
import { verifyRequest } from '../../src/aws/sigv4/verify-request.ts';

export type SeenCall = {
  readonly method: string;
  readonly url: string;
  readonly service: string;
  readonly payload: string;
  readonly content: Buffer;
  readonly error: string | undefined;
};

/** Verifies what real clients send and remembers it; answers just enough for the client to be content. Key `AKID`, secret `secret`. */
export async function startVerifyingServer() {
  const seen: SeenCall[] = [];
  const deps = {
    credentials: credentialsOf({ AKID: 'secret' }),
    clock: { now: () => Date.now() },
    signingKeys: createSigningKeys(),
  };
  const server = createServer((req, res) => {
    void take(req, deps).then((call) => {
      seen.push(call);
      res.writeHead(call.error === undefined ? 200 : 403, {
        'content-type': TYPES[protocolOf(call.service)] ?? 'text/xml',
        etag: '"e"',
      });
      res.end(bodyOf(call));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const TYPES: Partial<Record<Protocol, string>> = {
  json: 'application/x-amz-json-1.1',
  'rest-json': 'application/json',
};

async function take(req: IncomingMessage, deps: Parameters<typeof verifyRequest>[0]): Promise<SeenCall> {
  const raw = await Readable.from(req)
    .toArray()
    .then((pieces) => Buffer.concat(pieces as Buffer[]));
  const [path = '', query = ''] = (req.url ?? '').split('?');
  const headers = Object.fromEntries(
    Object.entries(req.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)/.exec(
    headers['authorization'] ?? decodeURIComponent(query),
  );
  const service = scope?.[1] ?? 'unknown';
  const call = { method: req.method ?? '', url: req.url ?? '', service };
  try {
    const verified = await verifyRequest(deps, {
      method: call.method,
      path,
      query,
      headers,
      service,
      protocol: protocolOf(service),
      bodyHash: () => sha256Hex(raw),
    });
    const { payload } = verified;
    const decoded =
      payload.kind === 'streaming'
        ? Buffer.concat(
            (await decodeAwsChunked(Readable.from([raw]), {
              payload,
              signing: verified.chunkSigning,
              headers,
            }).toArray()) as Buffer[],
          )
        : raw;
    const kind =
      payload.kind === 'streaming'
        ? `streaming ${payload.signed ? 'signed' : 'unsigned'}${payload.trailer ? ' trailer' : ''}`
        : payload.kind;
    return { ...call, payload: kind, content: decoded, error: undefined };
  } catch (error) {
    return {
      ...call,
      payload: '',
      content: raw,
      error:
        error instanceof AwsError
          ? `${error.code}: ${error.message} ${JSON.stringify(error.detail)}`
          : String(error),
    };
  }
}

const PROTOCOLS: Partial<Record<string, Protocol>> = {
  s3: 'rest-xml',
  iam: 'query',
  sts: 'query',
  lambda: 'rest-json',
  ec2: 'ec2',
};

function protocolOf(service: string): Protocol {
  return PROTOCOLS[service] ?? 'json';
}

function bodyOf({ service, url, method }: SeenCall): string {
  if (service === 's3' && method === 'GET')
    return url.includes('list-type')
      ? '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
      : 'content';
  if (service === 's3') return '';
  return protocolOf(service) === 'query'
    ? '<ListUsersResponse><ListUsersResult><Users/><IsTruncated>false</IsTruncated></ListUsersResult></ListUsersResponse>'
    : '{}';
}
