import { parseCbor } from './cbor/cbor.ts';
import { parseJson } from './json/parse-json.ts';
import { readJson } from './json/read-json.ts';
import type { Protocol } from './protocol.ts';
import type { Reading } from './reading.ts';
import { jsonName, memberName, type Shape } from './shape.ts';
import { parseXml } from './xml/parse-xml.ts';
import { readXml } from './xml/read-xml.ts';

/** A body that is one structure, in the protocol's format. Not for forms. */
export function readBody(
  shape: Shape,
  body: Uint8Array,
  protocol: Protocol,
  reading: Reading,
): Record<string, unknown> {
  if (protocol === 'rest-xml') return readXmlBody(shape, body, reading);
  const nameOf = protocol === 'rest-json' ? jsonName : memberName;
  const value = protocol === 'cbor' ? parseCbor(body, reading) : parseJson(body, reading);
  return (readJson(shape, value, { nameOf, reading }) ?? {}) as Record<string, unknown>;
}

function readXmlBody(shape: Shape, body: Uint8Array, reading: Reading): Record<string, unknown> {
  const { root, node } = parseXml(body, reading);
  if (reading.strict && root !== rootOf(shape)) {
    throw reading.refuse(`The XML you provided did not validate: expected ${rootOf(shape)}, got ${root}.`);
  }
  return readXml(shape, node, reading) as Record<string, unknown>;
}

/** What the element around a whole structure is called. */
export function rootOf(shape: Shape): string {
  return shape.traits.xmlName ?? shape.name;
}
