import type { OperationModel } from '../../models/operation-model.ts';
import { readingOf, setOwn } from '../reading.ts';
import { readText } from '../scalars.ts';
import { shapeOf, xmlName, membersBy, type Shape } from '../shape.ts';
import { localName, parseXml, textOf, type XmlNode } from './parse-xml.ts';

type Options = {
  /** Whose output it is: leaves get the model's types (Date for timestamps), lists are known even when empty. */
  readonly model?: OperationModel | undefined;
  /** Stands for members that the model calls sensitive. */
  readonly hidden?: string | undefined;
};

/**
 * An XML answer under its wire names, as CloudTrail records EC2's: lists of `item` become `{ items: […] }` (empty: `{}`), `return` becomes
 * `_return`. The root element and attributes are left out. Undefined when the body is not XML. Never throws.
 */
export function parseXmlPlain(
  body: Uint8Array,
  { model, hidden }: Options = {},
): Record<string, unknown> | undefined {
  try {
    const { node } = parseXml(body, reading);
    const plain = readPlain(node, model === undefined ? undefined : shapeOf(model.output), hidden);
    return typeof plain === 'object' ? (plain as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const reading = readingOf('ec2', false);

/** JavaScript clients of old could not have a member called `return`; CloudTrail kept the underscore. */
const RENAMED: Readonly<Record<string, string>> = { return: '_return' };

function readPlain(node: XmlNode, shape: Shape | undefined, hidden: string | undefined): unknown {
  if (hidden !== undefined && shape?.traits.sensitive !== undefined) return hidden;
  if (shape?.kind === 'list') return readItems(node, shape, hidden);
  if (typeof node === 'string') return readLeaf(node, shape);
  const names = Object.keys(node).filter((name) => name !== '#text' && !name.startsWith('@_'));
  if (names.length === 0) return readLeaf(textOf(node), shape);
  if (shape === undefined && names.length === 1 && names[0] === 'item')
    return readItems(node, undefined, hidden);
  const members = shape?.kind === 'struct' || shape?.kind === 'union' ? membersBy(shape, xmlName) : undefined;
  const result: Record<string, unknown> = {};
  for (const name of names) {
    const member = members?.get(localName(name))?.shape;
    setOwn(result, RENAMED[name] ?? localName(name), readChild(node[name] ?? '', member, hidden));
  }
  return result;
}

function readChild(
  child: XmlNode | readonly XmlNode[],
  shape: Shape | undefined,
  hidden: string | undefined,
): unknown {
  if (!Array.isArray(child)) return readPlain(child as XmlNode, shape, hidden);
  const element = shape?.kind === 'list' ? shape.element() : shape;
  return { items: (child as readonly XmlNode[]).map((one) => readPlain(one, element, hidden)) };
}

function readItems(node: XmlNode, shape: Shape | undefined, hidden: string | undefined): unknown {
  const element = shape?.element();
  const item = typeof node === 'string' ? undefined : node[element?.placeName ?? 'item'];
  if (item === undefined) return {};
  const all = Array.isArray(item) ? (item as readonly XmlNode[]) : [item as XmlNode];
  return { items: all.map((one) => readPlain(one, element, hidden)) };
}

function readLeaf(text: string, shape: Shape | undefined): unknown {
  if (shape === undefined || shape.kind === 'string' || shape.kind === 'document') return text;
  if (shape.kind === 'struct' || shape.kind === 'union' || shape.kind === 'map' || shape.kind === 'unit')
    return {};
  return readText(shape, text.trim(), reading);
}
