import { constants, gunzipSync } from 'node:zlib';

import type { Protocol, WireRequest } from '../../aws/protocols/protocol.ts';
import { pairValue, queryValue } from './query-value.ts';
import { cleanWord } from './read-auth.ts';
import type { Ways } from './services.ts';

/** `bodyStart`: the first 4 KiB of a form body (or all of it), where `needsBodyStart` asked for it. */
export type RequestHead = WireRequest & { readonly bodyStart?: Uint8Array | undefined };

/** What was found out, and by what. */
export type Found = {
  readonly service: string;
  readonly operation: string;
  readonly protocol: Protocol;
  readonly evidence: string;
  /** Where something else than the signature tells it. */
  readonly region?: string | undefined;
};

/** The operation as the RPC protocols name it, each only where the service is spoken to in that way. */
export function byRpc(request: RequestHead, service: string, ways: Ways): Found | undefined {
  const action = ways.form ? actionOf(request) : undefined;
  if (action !== undefined && (isForm(request) || request.headers['x-amz-target'] === undefined)) {
    return { service, operation: action, protocol: formProtocol(service), evidence: `action=${action}` };
  }
  const target = ways.target ? byTarget(request, service) : undefined;
  if (target !== undefined) return target;
  return ways.target || ways.form ? byCborPath(request, service) : undefined;
}

/** The text after the last dot: botocore sends the long form of the prefix, the JavaScript clients the short one. */
export function byTarget({ headers }: WireRequest, service: string): Found | undefined {
  const target = headers['x-amz-target'];
  const operation = target === undefined ? undefined : cleanWord(target.slice(target.lastIndexOf('.') + 1));
  return operation === undefined
    ? undefined
    : { service, operation, protocol: 'json', evidence: `target=${operation}` };
}

/** EC2 alone has a dialect of the Query protocol. */
export function formProtocol(service: string): Protocol {
  return service === 'ec2' ? 'ec2' : 'query';
}

export function isForm({ headers }: WireRequest): boolean {
  return headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true;
}

/** From the form body before the query: that is what servers of the Query protocol look at. */
export function parameterOf(request: RequestHead, name: 'Action' | 'Version'): string | undefined {
  const { bodyStart } = request;
  if (bodyStart !== undefined && bodyStart.length > 0 && isForm(request)) {
    const body = Buffer.from(bodyStart.buffer, bodyStart.byteOffset, bodyStart.byteLength);
    const value = bodyValue(isGzip(request, body) ? inflateStart(body) : body, name);
    if (value !== undefined) return value;
  }
  return request.query === '' ? undefined : queryValue(request.query, name);
}

/** Clients compress large forms (PutMetricData). */
function isGzip({ headers }: WireRequest, body: Buffer): boolean {
  return headers['content-encoding']?.includes('gzip') === true && body[0] === 0x1f && body[1] === 0x8b;
}

/** At most about a megabyte comes out of it. */
const COMPRESSED_START = 1024;
const NOTHING = Buffer.alloc(0);

function inflateStart(body: Buffer): Buffer {
  try {
    return gunzipSync(body.subarray(0, COMPRESSED_START), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return NOTHING;
  }
}

const AMPERSAND = 38;
const LONGEST_PAIR = 400;

/** The first pair of that name. Pair by pair, since making a string of them all costs more than everything else about a name. */
function bodyValue(body: Buffer, name: string): string | undefined {
  let start = 0;
  while (start < body.length) {
    const next = body.indexOf(AMPERSAND, start);
    const end = next === -1 ? body.length : next;
    const pair = body.toString('latin1', start, Math.min(end, start + LONGEST_PAIR));
    const value = pairValue(pair, name);
    if (value !== undefined) return value;
    start = end + 1;
  }
  return undefined;
}

function actionOf(request: RequestHead): string | undefined {
  return cleanWord(parameterOf(request, 'Action'));
}

/** The service as the path of RPC v2 tells it, which is as X-Amz-Target would. */
export function cborTarget({ path, headers }: WireRequest): string | undefined {
  if (headers['smithy-protocol'] === undefined) return undefined;
  return CBOR_PATH.exec(path)?.[1];
}

const CBOR_PATH = /\/service\/([\w.]{1,100})\/operation\/[^/]*$/;

/** `/service/GraniteServiceVersion20100801/operation/PutMetricData`. https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
function byCborPath({ path, headers }: WireRequest, service: string): Found | undefined {
  const protocol = headers['smithy-protocol'];
  if (protocol === undefined || !path.includes('/service/')) return undefined;
  const at = path.lastIndexOf('/operation/');
  const operation = at === -1 ? undefined : cleanWord(path.slice(at + '/operation/'.length));
  if (operation === undefined) return undefined;
  return {
    service,
    operation,
    protocol: protocol === 'rpc-v2-json' ? 'json' : 'cbor',
    evidence: `rpc=${operation}`,
  };
}
