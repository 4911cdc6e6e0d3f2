import { MAX_DEPTH, setOwn, type Reading } from '../reading.ts';
import { readText } from '../scalars.ts';
import { xmlName, type Shape } from '../shape.ts';
import { childrenOf, textOf, type XmlNode } from './parse-xml.ts';

/** An element by its shape. */
export function readXml(shape: Shape, node: XmlNode, reading: Reading, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw reading.refuse('The XML is nested too deeply.');
  switch (shape.kind) {
    case 'struct':
    case 'union':
    case 'unit':
      return readStruct(shape, node, reading, depth);
    case 'list':
      return readItems(shape, childrenOf(node, shape.element().placeName ?? 'member'), reading, depth);
    case 'map':
      return readEntries(shape, childrenOf(node, 'entry'), reading, depth);
    case 'string':
    case 'document':
      return textOf(node);
    default: {
      const text = textOf(node).trim();
      return text === '' && shape.kind !== 'blob' ? undefined : readText(shape, text, reading);
    }
  }
}

function readStruct(shape: Shape, node: XmlNode, reading: Reading, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (typeof node === 'string') return result;
  for (const member of shape.members()) {
    const value = readMember(xmlName(member), member.shape, node, { reading, depth });
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

type At = { readonly reading: Reading; readonly depth: number };

function readMember(
  name: string,
  shape: Shape,
  parent: Exclude<XmlNode, string>,
  { reading, depth }: At,
): unknown {
  if (shape.traits.xmlAttribute !== undefined) {
    const attribute = parent[`@_${name}`];
    return typeof attribute === 'string' ? readText(shape, attribute, reading) : undefined;
  }
  const children = childrenOf(parent, name);
  if (children.length === 0) return undefined;
  if (shape.traits.xmlFlattened !== undefined && shape.kind === 'list')
    return readItems(shape, children, reading, depth);
  if (shape.traits.xmlFlattened !== undefined && shape.kind === 'map')
    return readEntries(shape, children, reading, depth);
  return readXml(shape, children[0] ?? '', reading, depth + 1);
}

function readItems(shape: Shape, nodes: readonly XmlNode[], reading: Reading, depth: number): unknown[] {
  const element = shape.element();
  return nodes
    .map((node) => readXml(element, node, reading, depth + 1))
    .filter((value) => value !== undefined);
}

function readEntries(shape: Shape, nodes: readonly XmlNode[], reading: Reading, depth: number): unknown {
  const element = shape.element();
  const keyName = shape.key().placeName ?? 'key';
  const valueName = element.placeName ?? 'value';
  const result: Record<string, unknown> = {};
  for (const node of nodes) {
    const [key] = childrenOf(node, keyName);
    const [value] = childrenOf(node, valueName);
    if (key === undefined) continue;
    const read = value === undefined ? undefined : readXml(element, value, reading, depth + 1);
    if (read !== undefined) setOwn(result, textOf(key), read);
  }
  return result;
}
