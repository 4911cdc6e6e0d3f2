import { parseRequest, parseXmlPlain } from '../../aws/protocols/index.ts';
import type { CapturedRequest } from '../../capture/captured-call.ts';
import { fieldsIn } from './fields.ts';
import { HIDDEN } from './hidden.ts';
import type { OperationPlace } from './request-parameters.ts';

/** Shorter texts occur in any message by chance. */
const LEAST_LENGTH = 4;
const MOST_LEAVES = 20_000;
const MOST_DEPTH = 40;

const SECRET_HEADERS = [
  'authorization',
  'x-amz-security-token',
  'x-amz-server-side-encryption-customer-key',
  'x-amz-copy-source-server-side-encryption-customer-key',
];

export type HideEchoes = (message: string, request: CapturedRequest, parameters: unknown) => string;

/**
 * Error messages repeat what was sent (`Value 'hunter2' at 'password' failed to satisfy constraint`). What the request held and its
 * recorded parameters do not show is hidden in the message too. Only failed calls pay for it.
 */
export function compileEchoes(place: OperationPlace): HideEchoes {
  return (message, request, parameters) => {
    const shown = JSON.stringify(parameters ?? {});
    let written = message;
    for (const leaf of sentIn(place, request)) {
      if (!written.includes(leaf) || shown.includes(JSON.stringify(leaf).slice(1, -1))) continue;
      written = written.replaceAll(leaf, HIDDEN);
    }
    return written;
  };
}

/** Every text of a request, longest first, so that no part of one is left standing. */
function sentIn(place: OperationPlace, request: CapturedRequest): readonly string[] {
  const found = new Set<string>();
  for (const header of SECRET_HEADERS) addHeader(found, request.headers[header]);
  addFields(found, request.query);
  try {
    addBody(found, place, request);
  } catch {
    addQuoted(found, request.body);
  }
  return [...found].sort((one, other) => other.length - one.length);
}

function addHeader(found: Set<string>, value: string | undefined): void {
  if (value === undefined) return;
  add(found, value);
  const signature = /Signature=([0-9a-f]{16,})/i.exec(value)?.[1];
  if (signature !== undefined) add(found, signature);
}

function addBody(found: Set<string>, { protocol, model }: OperationPlace, request: CapturedRequest): void {
  const { body } = request;
  if (protocol === 'query' || protocol === 'ec2') {
    if (body !== undefined) addFields(found, textOf(body));
  } else if (model !== undefined && protocol !== 'json') {
    const { method, path, query, headers } = request;
    addLeaves(
      found,
      parseRequest(model, { method, path, query, headers, body: body ?? new Uint8Array() }),
      0,
    );
  } else if (body !== undefined && body.length > 0) {
    addLeaves(found, body[0] === 0x3c ? parseXmlPlain(body) : JSON.parse(textOf(body)), 0);
  }
}

const NO_SECRET_FIELD = /^(?:action|version|x-amz-(?!signature|security-token).*|x-id)$/i;

function addFields(found: Set<string>, text: string): void {
  if (text === '') return;
  for (const [name, value] of fieldsIn(text)) {
    if (!NO_SECRET_FIELD.test(name)) addText(found, value);
  }
}

function addLeaves(found: Set<string>, value: unknown, depth: number): void {
  if (typeof value === 'string') addText(found, value);
  else if (value instanceof Uint8Array) {
    add(found, textOf(value));
    add(found, Buffer.from(value).toString('base64'));
  } else if (typeof value === 'object' && value !== null && depth < MOST_DEPTH) {
    for (const one of Object.values(value)) addLeaves(found, one, depth + 1);
  }
}

/** A body that cannot be parsed may be echoed all the same: what stands in quotes, and between marks. */
function addQuoted(found: Set<string>, body: Uint8Array | undefined): void {
  if (body === undefined) return;
  for (const part of textOf(body).split(/["'<>&=\s]+/, MOST_LEAVES)) add(found, part);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Blobs are sent as base64, and may be repeated as what they hold. */
function addText(found: Set<string>, text: string): void {
  add(found, text);
  if (BASE64.test(text)) add(found, Buffer.from(text, 'base64').toString('utf8'));
}

function add(found: Set<string>, text: string): void {
  if (text.length >= LEAST_LENGTH && found.size < MOST_LEAVES && !isTime(text)) found.add(text);
}

/** Times are recorded in another form than they are sent. */
function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z?$/.test(text);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
