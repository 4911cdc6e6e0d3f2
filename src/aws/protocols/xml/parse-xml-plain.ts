import { readingOf, setOwn } from '../reading.ts';
import { localName, parseXml, textOf, type XmlNode } from './parse-xml.ts';

/**
 * An XML body under its wire names, as CloudTrail records EC2's answers: lists of `item` become `{ items: […] }`, and so do other elements
 * that are repeated; `return` becomes `_return`. All leaves are text, '' for empty elements. The root element and attributes are left out.
 * Undefined when the body is not XML with elements in its root. Never throws.
 */
export function parseXmlPlain(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const plain = readPlain(parseXml(body, reading).node);
    return typeof plain === 'object' ? (plain as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const reading = readingOf('ec2', false);

/** What CloudTrail calls an element whose name is a keyword of Java. */
const RENAMED: Readonly<Record<string, string>> = { return: '_return' };

function readPlain(node: XmlNode): unknown {
  if (typeof node === 'string') return node;
  const names = Object.keys(node).filter((name) => name !== '#text' && !name.startsWith('@_'));
  if (names.length === 0) return textOf(node);
  if (names.length === 1 && names[0] === 'item') return { items: listOf(node['item'] ?? '').map(readPlain) };
  const result: Record<string, unknown> = {};
  for (const name of names) {
    const child = node[name] ?? '';
    const value = Array.isArray(child)
      ? { items: listOf(child).map(readPlain) }
      : readPlain(child as XmlNode);
    setOwn(result, Object.hasOwn(RENAMED, name) ? (RENAMED[name] ?? name) : localName(name), value);
  }
  return result;
}

function listOf(child: XmlNode | readonly XmlNode[]): readonly XmlNode[] {
  return Array.isArray(child) ? (child as readonly XmlNode[]) : [child as XmlNode];
}
