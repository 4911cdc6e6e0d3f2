import { isObject } from '../json/read-json.ts';
import { writeText } from '../scalars.ts';
import { xmlName, type Shape, type Traits } from '../shape.ts';

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** `<name …>…</name>` for a value by its shape; '' for an absent one. `namespace` is declared on the element. */
export function writeXml(name: string, shape: Shape, value: unknown, namespace?: string): string {
  if (value === undefined || value === null) return '';
  const declared =
    namespaceOf(shape.traits) || (namespace === undefined ? '' : ` xmlns="${escapeXml(namespace)}"`);
  if (isObject(value) && (shape.kind === 'struct' || shape.kind === 'union')) {
    const content = writeMembers(shape, value);
    return element(name, declared + writeAttributes(shape, value), content);
  }
  if (Array.isArray(value))
    return element(name, declared, writeItems(shape, value, shape.element().placeName ?? 'member'));
  if (shape.kind === 'map' && isObject(value))
    return element(name, declared, writeEntries(shape, value, 'entry'));
  return element(name, declared, escapeXml(writeText(shape, value, 'date-time')));
}

/** The members of a structure as elements, without the structure's own. `skip` leaves members out that stand elsewhere. */
export function writeMembers(
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  skip: (traits: Traits) => boolean = () => false,
): string {
  let content = '';
  for (const member of shape.members()) {
    const { traits } = member.shape;
    if (traits.xmlAttribute !== undefined || skip(traits)) continue;
    content += writeMember(xmlName(member), member.shape, value[member.name]);
  }
  return content;
}

export function element(name: string, attributes: string, content: string): string {
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for elements and attributes. Line ends and control characters are written as references, as XML would otherwise change them. */
export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"'\u0000-\u0008\u000b-\u001f\u007f\u0085\u2028]/g,
    (found) => ESCAPES[found] ?? `&#x${found.charCodeAt(0).toString(16)};`,
  );
}

function writeMember(name: string, shape: Shape, value: unknown): string {
  if (value === undefined || value === null || shape.traits.xmlFlattened === undefined)
    return writeXml(name, shape, value);
  if (shape.kind === 'list' && Array.isArray(value)) return writeItems(shape, value, name);
  return shape.kind === 'map' && isObject(value) ? writeEntries(shape, value, name) : '';
}

function writeItems(shape: Shape, items: readonly unknown[], name: string): string {
  const item = shape.element();
  return items.map((value) => writeXml(name, item, value)).join('');
}

function writeEntries(shape: Shape, map: Readonly<Record<string, unknown>>, name: string): string {
  const key = shape.key();
  const value = shape.element();
  let content = '';
  for (const [entryKey, entryValue] of Object.entries(map)) {
    if (entryValue === undefined) continue;
    const pair =
      writeXml(key.placeName ?? 'key', key, entryKey) +
      writeXml(value.placeName ?? 'value', value, entryValue);
    content += element(name, '', pair);
  }
  return content;
}

/** Members that stand as attributes of their structure's element. */
export function writeAttributes(shape: Shape, value: Readonly<Record<string, unknown>>): string {
  let attributes = '';
  for (const member of shape.members()) {
    const own = value[member.name];
    if (member.shape.traits.xmlAttribute === undefined || own === undefined || own === null) continue;
    attributes += ` ${xmlName(member)}="${escapeXml(writeText(member.shape, own, 'date-time'))}"`;
  }
  return attributes;
}

function namespaceOf({ xmlNamespace }: Traits): string {
  if (xmlNamespace === undefined) return '';
  if (typeof xmlNamespace === 'string') return ` xmlns="${escapeXml(xmlNamespace)}"`;
  const [prefix, uri] = xmlNamespace;
  return prefix ? ` xmlns:${prefix}="${escapeXml(uri)}"` : ` xmlns="${escapeXml(uri)}"`;
}
