import type { Headers } from '../captured-call.ts';

/** Headers that concern one connection only. RFC 9110, 7.6.1; `expect` because the endpoint answers it itself. */
const HOP_BY_HOP: Readonly<Record<string, true>> = {
  connection: true,
  'keep-alive': true,
  'proxy-connection': true,
  te: true,
  'transfer-encoding': true,
  upgrade: true,
  'http2-settings': true,
  expect: true,
};

/**
 * The request's headers for the upstream, flat as Node has them: order, case and repetitions kept. Headers that `Connection` lists go
 * too, but never one that says who calls or what: a caller could otherwise be recorded as somebody whose signature nobody checked.
 */
export function requestHeaders(raw: readonly string[], connection: string | undefined): string[] {
  const listed = listedIn(connection);
  const passed: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const lower = name.toLowerCase();
    if (HOP_BY_HOP[lower] === true || listed?.has(lower) === true) continue;
    passed.push(name, raw[i + 1] as string);
  }
  return passed;
}

export type PassedHeaders = {
  /** Flat, for writeHead. */
  readonly flat: string[];
  /** Lower-case, for the record. */
  readonly map: Headers;
};

/** The answer's headers for the client and for the record, built in one go. */
export function responseHeaders(raw: readonly (Buffer | string)[], isHead: boolean): PassedHeaders {
  const flat: string[] = [];
  const map: Record<string, string> = {};
  for (let i = 0; i < raw.length; i += 2) {
    const name = textOf(raw[i] as Buffer | string);
    const value = textOf(raw[i + 1] as Buffer | string);
    const lower = name.toLowerCase();
    if (lower !== '__proto__') map[lower] = Object.hasOwn(map, lower) ? `${map[lower]}, ${value}` : value;
    if (HOP_BY_HOP[lower] !== true) flat.push(name, value);
  }
  const listed = listedIn(map['connection']);
  if (listed !== undefined) dropListed(flat, listed);
  // Node refuses to announce trailers unless the answer is chunked.
  if (map['trailer'] !== undefined && (isHead || map['transfer-encoding'] === undefined))
    dropListed(flat, TRAILER);
  return { flat, map };
}

const TRAILER: ReadonlySet<string> = new Set(['trailer']);
const END_TO_END = /^(?:authorization|host|date|content-.*|x-amz-.*)$/;

/** Names in a `Connection` header beyond the usual ones; mostly there are none. */
function listedIn(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || USUAL.has(connection)) return undefined;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  const listed = names.filter((name) => name !== '' && HOP_BY_HOP[name] !== true && !END_TO_END.test(name));
  return listed.length === 0 ? undefined : new Set(listed);
}

const USUAL: ReadonlySet<string> = new Set(['keep-alive', 'Keep-Alive', 'close']);

function dropListed(flat: string[], listed: ReadonlySet<string>): void {
  for (let i = flat.length - 2; i >= 0; i -= 2) {
    if (listed.has((flat[i] as string).toLowerCase())) flat.splice(i, 2);
  }
}

function textOf(part: Buffer | string): string {
  return typeof part === 'string' ? part : part.toString('latin1');
}
