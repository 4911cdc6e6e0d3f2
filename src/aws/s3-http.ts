import type { Clock } from '../base/clock.ts';
import { messageOf, systemCodeOf } from '../base/errors.ts';
import { createOutbound, type Outbound, type OutboundResponse } from '../base/outbound.ts';
import { backoff, pause } from '../base/retry.ts';
import { AwsError } from './errors.ts';
import type { BucketPort, ListedObject, ObjectMetadata } from './ports.ts';
import { encodeStrictly } from './sigv4/canonical-request.ts';
import { signRequest, type SigningCredentials, type SignWith } from './sigv4/sign-request.ts';
import { createSigningKeys } from './sigv4/signing-key.ts';

export type S3HttpDeps = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
  readonly clock: Clock;
};

type Connection = {
  readonly endpoint: string;
  readonly outbound: Outbound;
  readonly sign: () => SignWith;
};

type Answer = OutboundResponse;

const ATTEMPTS = 3;

/**
 * Reading by bare requests: where thousands of small objects are read, the SDK's client costs more than the transfer
 * (measured: 1.6 ms of processor time an object, this 0.2). Path style.
 */
export function createS3Http(
  given: S3HttpDeps,
): Pick<BucketPort, 'get' | 'list'> & { readonly close: () => Promise<void> } {
  const outbound = createOutbound({ connectTimeout: 5000, timeout: 30_000 });
  const by = { service: 's3', signingKeys: createSigningKeys(10), ...given };
  const deps: Connection = {
    endpoint: given.endpoint,
    outbound,
    sign: () => ({ ...by, now: given.clock.now() }),
  };
  return {
    get: async ({ bucket, key }) => {
      if (key.split('/').some((part) => part === '.' || part === '..')) throw noSuchKey();
      const path = `/${encodeStrictly(bucket)}/${key.split('/').map(encodeStrictly).join('/')}`;
      const answer = await get(deps, path);
      return { body: answer.body, metadata: metadataOf(answer.headers) };
    },
    list: (query) => list(deps, query),
    close: () => outbound.stop(),
  };
}

async function* list(
  deps: Connection,
  { bucket, prefix, startAfter }: Parameters<BucketPort['list']>[0],
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const query = new Map([
      ['encoding-type', 'url'],
      ['list-type', '2'],
      ['prefix', prefix],
    ]);
    if (startAfter !== undefined) query.set('start-after', startAfter);
    if (token !== undefined) query.set('continuation-token', token);
    const text = [...query].map(([name, value]) => `${name}=${encodeStrictly(value)}`).join('&');
    const { body } = await get(deps, `/${encodeStrictly(bucket)}?${text}`);
    const page = readListing(body);
    yield* page.objects;
    token = page.next;
  } while (token !== undefined);
}

type Page = { readonly objects: readonly ListedObject[]; readonly next: string | undefined };

/** A listing is flat and has no attributes that matter; a parser for XML in general took longer than the transfer. */
function readListing(body: Buffer): Page {
  const xml = body.toString('utf8');
  if (!xml.includes('<ListBucketResult')) {
    throw new AwsError('ServiceUnavailable', 'the answer is no S3 listing', { status: 503 });
  }
  const isEncoded = element(xml, 'EncodingType') === 'url';
  const [head = '', ...items] = xml.split('<Contents>');
  const objects = items.map((item) => {
    const key = element(item, 'Key') ?? '';
    return {
      key: isEncoded ? decodeURIComponent(key.replaceAll('+', ' ')) : key,
      size: Number(element(item, 'Size') ?? 0),
      lastModified: Date.parse(element(item, 'LastModified') ?? ''),
      etag: element(item, 'ETag') ?? '',
    };
  });
  const rest = head + (items.at(-1) ?? '');
  const next = element(rest, 'IsTruncated') === 'true' ? element(rest, 'NextContinuationToken') : undefined;
  return { objects, next };
}

/** The text of the first element of that name, its entities resolved. */
function element(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  const end = start < 0 ? -1 : xml.indexOf(`</${name}>`, start);
  if (end < 0) return undefined;
  const text = xml.slice(start + name.length + 2, end);
  return text.includes('&') ? text.replace(/&(#x?[0-9a-f]+|amp|lt|gt|quot|apos);/gi, entity) : text;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function entity(whole: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(code) && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** Asks again where S3 says that it is busy, or the connection breaks. Throws AwsError. */
async function get(deps: Connection, path: string): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await once(deps, path);
    if (!(answer instanceof AwsError) && answer.status === 200) return answer;
    const error = answer instanceof AwsError ? answer : refusalOf(answer);
    if (error.status < 500 || attempt === ATTEMPTS) throw error;
    await pause(backoff(attempt));
  }
}

async function once(deps: Connection, path: string): Promise<Answer | AwsError> {
  const url = new URL(`${deps.endpoint}${path}`);
  const headers = signRequest(deps.sign(), { method: 'GET', url });
  try {
    return await deps.outbound.send({ method: 'GET', url, headers });
  } catch (cause) {
    const code = systemCodeOf(cause);
    const message = code === undefined ? messageOf(cause) : `${code}: ${messageOf(cause)}`;
    return new AwsError('ServiceUnavailable', message, { status: 503, cause });
  }
}

function refusalOf({ status, body }: Answer): AwsError {
  const text = body.toString('utf8', 0, 4096);
  const code = /<Code>([^<]{1,100})<\/Code>/.exec(text)?.[1];
  const message = /<Message>([^<]{1,500})<\/Message>/.exec(text)?.[1];
  return new AwsError(code ?? (status === 404 ? 'NoSuchKey' : `HTTP${status}`), message ?? `HTTP ${status}`, {
    status,
  });
}

function noSuchKey(): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
}

function metadataOf(headers: Answer['headers']): ObjectMetadata {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-')) found[name.slice('x-amz-meta-'.length)] = String(value);
  }
  return found;
}
