import { XMLParser, XMLValidator } from 'fast-xml-parser';

import { messageOf } from '../../../base/errors.ts';
import type { Reading } from '../reading.ts';

/** An element: its text, or its children and attributes (`@_name`) by name; repeated children stand in an array. */
export type XmlNode = string | { readonly [name: string]: XmlNode | readonly XmlNode[] };

export type XmlDocument = { readonly root: string; readonly node: XmlNode };

/**
 * Parses a body of at most a request's size. No document types, so no entities but XML's own and numeric ones;
 * at most 100 levels. Refuses what is not well-formed; unless strict, it takes what the parser can make of it.
 */
export function parseXml(body: Uint8Array, reading: Reading): XmlDocument {
  const text = decode(body, reading);
  if (/<!DOCTYPE/i.test(text)) throw reading.refuse('Document types are not allowed in XML.');
  if (reading.strict) validate(text, reading);
  let parsed: Readonly<Record<string, XmlNode>>;
  try {
    parsed = parser().parse(text) as Readonly<Record<string, XmlNode>>;
  } catch (cause) {
    throw reading.refuse('The XML you provided was not well-formed.', cause);
  }
  const root = Object.keys(parsed).find((name) => name !== '#text');
  if (root === undefined) throw reading.refuse('The XML you provided was not well-formed.');
  return { root: localName(root), node: parsed[root] ?? '' };
}

/** The elements of that name, in order. Names with a prefix are found by their local name. */
export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  if (typeof node === 'string') return [];
  const own = Object.hasOwn(node, name) ? node[name] : prefixed(node, name);
  if (own === undefined) return [];
  return Array.isArray(own) ? (own as readonly XmlNode[]) : [own as XmlNode];
}

export function textOf(node: XmlNode): string {
  if (typeof node === 'string') return node;
  const text = Object.hasOwn(node, '#text') ? node['#text'] : '';
  return typeof text === 'string' ? text : '';
}

export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function prefixed(node: Exclude<XmlNode, string>, name: string): XmlNode | readonly XmlNode[] | undefined {
  if (name.includes(':')) return undefined;
  const found = Object.keys(node).find(
    (key) => key.endsWith(name) && !key.startsWith('@_') && localName(key) === name,
  );
  return found === undefined ? undefined : node[found];
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function decode(body: Uint8Array, reading: Reading): string {
  try {
    return strictUtf8.decode(body);
  } catch (cause) {
    throw reading.refuse('The XML you provided was not well-formed: it is not UTF-8.', cause);
  }
}

function validate(text: string, reading: Reading): void {
  try {
    const verdict = XMLValidator.validate(text);
    if (verdict !== true)
      throw reading.refuse(`The XML you provided was not well-formed: ${verdict.err.msg}`);
  } catch (cause) {
    throw reading.refuse(messageOf(cause), cause);
  }
}

let reused: XMLParser | undefined;

/** One for all bodies: what it would keep of a document are entities, and document types are refused. */
function parser(): XMLParser {
  return (reused ??= new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@_',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    // Numeric references (`&#13;` in keys) are read only with this on.
    htmlEntities: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: 100,
    // Halves the time: no paths are kept for callbacks that we do not have.
    jPath: false,
  }));
}
