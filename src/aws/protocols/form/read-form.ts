import { setOwn, type Reading } from '../reading.ts';
import { readText } from '../scalars.ts';
import type { Member, Shape } from '../shape.ts';
import type { FormNode } from './parse-form.ts';

/** How parameters are called: by the AWS Query protocol, or EC2's dialect where every list is flat. */
export type FormNaming = 'query' | 'ec2';

/** A form's parameters by the model's names. */
export function readForm(shape: Shape, node: FormNode, naming: FormNaming, reading: Reading): unknown {
  switch (shape.kind) {
    case 'struct':
    case 'union':
    case 'unit':
      return readStruct(shape, node, naming, reading);
    case 'list':
      return readList(shape, node, naming, reading);
    case 'map':
      return readMap(shape, node, naming, reading);
    default:
      return node.text === undefined ? undefined : readText(shape, node.text, reading);
  }
}

function readStruct(
  shape: Shape,
  node: FormNode,
  naming: FormNaming,
  reading: Reading,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (node.children === undefined) return result;
  for (const member of shape.members()) {
    const child = node.children.get(formName(member, naming));
    const value = child === undefined ? undefined : readForm(member.shape, child, naming, reading);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

function formName(member: Member, naming: FormNaming): string {
  const { placeName, traits } = member.shape;
  if (naming === 'query') return placeName ?? member.name;
  return traits.ec2QueryName ?? capitalise(placeName ?? member.name);
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `Name.1`, `Name.member.1` or, for an empty list, `Name=`. Both forms are taken, since older clients mix them up. */
function readList(shape: Shape, node: FormNode, naming: FormNaming, reading: Reading): unknown {
  const element = shape.element();
  const flat = naming === 'ec2' || shape.traits.xmlFlattened !== undefined;
  const wrapped = flat ? undefined : node.children?.get(element.placeName ?? 'member');
  const items = numbered(wrapped ?? node);
  return items.map((item) => readForm(element, item, naming, reading)).filter((value) => value !== undefined);
}

function readMap(shape: Shape, node: FormNode, naming: FormNaming, reading: Reading): unknown {
  const key = shape.key();
  const element = shape.element();
  const result: Record<string, unknown> = {};
  const entries = shape.traits.xmlFlattened === undefined ? (node.children?.get('entry') ?? node) : node;
  for (const entry of numbered(entries)) {
    const name = entry.children?.get(key.placeName ?? 'key')?.text;
    const child = entry.children?.get(element.placeName ?? 'value');
    if (name === undefined || child === undefined) continue;
    const value = readForm(element, child, naming, reading);
    if (value !== undefined) setOwn(result, name, value);
  }
  return result;
}

const INDEX = /^\d{1,9}$/;

/** Children by ascending number; gaps are closed. */
function numbered(node: FormNode): FormNode[] {
  const found: [number, FormNode][] = [];
  for (const [name, child] of node.children ?? []) {
    if (INDEX.test(name)) found.push([Number(name), child]);
  }
  return found.sort(([a], [b]) => a - b).map(([, child]) => child);
}
