import type { Headers } from '../captured-call.ts';

export type RequestHead = {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  /** Flat, as Node has them. */
  readonly rawHeaders: readonly string[];
  /** The `Connection` header. */
  readonly connection: string | undefined;
  /** Where the request has no Host (HTTP/1.0). */
  readonly upstreamHost: string;
  /** Whether the upstream shall be the one to say `100 Continue`. */
  readonly passExpect: boolean;
};

/**
 * The request as it goes to the upstream, up to the empty line: order, case and repetitions of the headers kept. Headers that
 * `Connection` lists go too, but never one that says who calls or what: a caller could otherwise be recorded as somebody whose
 * signature nobody checked.
 */
export function requestHead({
  method,
  url,
  rawHeaders,
  connection,
  upstreamHost,
  passExpect,
}: RequestHead): string {
  const listed = listedIn(connection);
  let head = `${method} ${url} HTTP/1.1\r\n`;
  let hasHost = false;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (mayBeHopByHop(name.length)) {
      const lower = name.toLowerCase();
      if (HOP_BY_HOP.has(lower) || (lower === 'expect' && !passExpect)) continue;
      hasHost ||= lower === 'host';
    }
    if (listed?.has(name.toLowerCase()) === true) continue;
    head += `${name}: ${rawHeaders[i + 1] as string}\r\n`;
  }
  return hasHost ? `${head}\r\n` : `${head}Host: ${upstreamHost}\r\n\r\n`;
}

export type PassedHeaders = {
  /** Flat, for writeHead. */
  readonly flat: string[];
  /** Lower-case, for the record. */
  readonly map: Headers;
};

/** The answer's headers for the client and for the record, built in one go. */
export function responseHeaders(raw: readonly string[], isHead: boolean): PassedHeaders {
  const flat: string[] = [];
  const map: Record<string, string> = {};
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = withoutEnd(raw[i + 1] as string);
    const lower = name.toLowerCase();
    const earlier = map[lower];
    if (typeof earlier === 'string') map[lower] = `${earlier}, ${value}`;
    else if (lower !== '__proto__') map[lower] = value;
    if (!mayBeHopByHop(name.length) || !(HOP_BY_HOP.has(lower) || lower === 'transfer-encoding'))
      flat.push(name, value);
  }
  const listed = listedIn(map['connection']);
  if (listed !== undefined) dropListed(flat, listed);
  // Node refuses to announce trailers unless the answer is chunked.
  if (map['trailer'] !== undefined && (isHead || map['transfer-encoding'] === undefined))
    dropListed(flat, TRAILER);
  return { flat, map };
}

/** Headers that concern one connection only. RFC 9110, 7.6.1 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'upgrade',
  'http2-settings',
]);

/** By length alone most headers are told from those, without another string. */
function mayBeHopByHop(length: number): boolean {
  return LENGTHS.has(length);
}

const LENGTHS: ReadonlySet<number> = new Set(
  [...HOP_BY_HOP, 'expect', 'host', 'transfer-encoding'].map((name) => name.length),
);
const TRAILER: ReadonlySet<string> = new Set(['trailer']);
const END_TO_END = /^(?:authorization|host|date|content-.*|transfer-encoding|expect|x-amz-.*)$/;

/** Names in a `Connection` header beyond the usual ones; mostly there are none. */
function listedIn(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || USUAL.has(connection)) return undefined;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  const listed = names.filter((name) => name !== '' && !HOP_BY_HOP.has(name) && !END_TO_END.test(name));
  return listed.length === 0 ? undefined : new Set(listed);
}

const USUAL: ReadonlySet<string> = new Set(['keep-alive', 'Keep-Alive', 'close']);

function dropListed(flat: string[], listed: ReadonlySet<string>): void {
  for (let i = flat.length - 2; i >= 0; i -= 2) {
    if (listed.has((flat[i] as string).toLowerCase())) flat.splice(i, 2);
  }
}

/** llhttp leaves white space at the end of a value. */
function withoutEnd(value: string): string {
  const last = value.charCodeAt(value.length - 1);
  return last === 32 || last === 9 ? value.trimEnd() : value;
}
