import { parseCbor } from './cbor/cbor.ts';
import { isObject } from './json/read-json.ts';
import { parseJson } from './json/parse-json.ts';
import type { Protocol, WireResponse } from './protocol.ts';
import { readingOf } from './reading.ts';
import { childrenOf, parseXml, textOf, type XmlNode } from './xml/parse-xml.ts';

export type WireError = { readonly code: string; readonly message: string | undefined };

const reading = readingOf('unknown', false);

/**
 * Code and message of an error answer, in whatever form it comes (servers do not always answer in the protocol they were asked in);
 * undefined when the answer does not tell. Never throws.
 */
export function parseError(protocol: Protocol, response: WireResponse): WireError | undefined {
  const header = response.headers['x-amzn-errortype'];
  const body = readAny(protocol, response);
  const code = header === undefined || header === '' ? body?.code : header;
  return code === undefined ? undefined : { code: shortCode(code), message: body?.message };
}

/** `com.amazonaws.kms#NotFoundException:http://…` → `NotFoundException`. */
function shortCode(code: string): string {
  const name = code.slice(code.lastIndexOf('#') + 1);
  const colon = name.indexOf(':');
  return (colon === -1 ? name : name.slice(0, colon)).trim();
}

type Told = { readonly code: string | undefined; readonly message: string | undefined };

function readAny(protocol: Protocol, { headers, body }: WireResponse): Told | undefined {
  if (body.length === 0) return undefined;
  try {
    if (protocol === 'cbor' || headers['content-type'] === 'application/cbor')
      return fromObject(parseCbor(body, reading));
    return firstCharacter(body) === '<'
      ? fromXml(parseXml(body, reading).node)
      : fromObject(parseJson(body, reading));
  } catch {
    return undefined;
  }
}

function firstCharacter(body: Uint8Array): string {
  return Buffer.from(body.subarray(0, 64))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .charAt(0);
}

function fromObject(value: unknown): Told | undefined {
  if (!isObject(value)) return undefined;
  return {
    code: text(value['__type'] ?? value['code'] ?? value['Code']),
    message: text(value['message'] ?? value['Message']),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `<Error>` itself (S3), in `<ErrorResponse>` (Query), or in `<Response><Errors>` (EC2). */
function fromXml(root: XmlNode): Told | undefined {
  const [errors] = childrenOf(root, 'Errors');
  const [error] = childrenOf(errors ?? root, 'Error');
  const [code] = childrenOf(error ?? root, 'Code');
  const [message] = childrenOf(error ?? root, 'Message');
  if (code === undefined) return undefined;
  return { code: text(textOf(code)), message: message === undefined ? undefined : textOf(message) };
}
