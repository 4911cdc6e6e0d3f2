import type { CloudTrailRecord } from './sigma-rule.ts';

/** What stands at a path: values and whole objects. Arrays are looked through: their elements stand at the path. */
export type Node = string | number | boolean | null | object;

/** Deeper than any record of CloudTrail; what is below counts for nothing. */
const MOST_LEVELS = 100;

/** A path is keys with dots between them; a key may have dots itself. An empty path is the record. */
export function nodesAt(record: CloudTrailRecord, path: string): readonly Node[] {
  const nodes: Node[] = [];
  if (path === '') return [record];
  collect(record, path, nodes, 0);
  return nodes;
}

function collect(value: unknown, path: string | undefined, nodes: Node[], level: number): void {
  if (value === undefined || level > MOST_LEVELS) return;
  if (Array.isArray(value)) {
    for (const element of value as readonly unknown[]) collect(element, path, nodes, level + 1);
    return;
  }
  if (path === undefined) nodes.push(value as Node);
  else if (typeof value === 'object' && value !== null) collectBelow(value, path, nodes, level + 1);
}

function collectBelow(object: object, path: string, nodes: Node[], level: number): void {
  const at = (key: string): unknown =>
    Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
  collect(at(path), undefined, nodes, level);
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1))
    collect(at(path.slice(0, dot)), path.slice(dot + 1), nodes, level);
}

/** Whether a key stands at the path, whatever its value. */
export function isPresent(record: CloudTrailRecord, path: string): boolean {
  return nodesAt(record, path).length > 0 || hasEmptyArray(record, path);
}

function hasEmptyArray(record: CloudTrailRecord, path: string): boolean {
  let value: unknown = record;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string, unknown>)[key];
  }
  return Array.isArray(value);
}

/**
 * The texts that a node is asked by: of a value its text; of an object its JSON, each value in it, and what is JSON inside a value (policies), without
 * its blanks, because rules look for `"Effect":"Allow"` in any of these.
 */
export function textsOf(node: Node): readonly string[] {
  if (node === null) return [];
  if (typeof node !== 'object') return [String(node)];
  const texts = isShallow(node, 0) ? [JSON.stringify(node)] : [];
  addLeaves(node, texts, 0);
  return texts;
}

/** JSON of what is deeper than any record cannot be written. */
function isShallow(value: unknown, level: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return level < MOST_LEVELS && Object.values(value).every((member) => isShallow(member, level + 1));
}

function addLeaves(value: unknown, texts: string[], level: number): void {
  if (value === null || value === undefined || level > MOST_LEVELS) return;
  if (typeof value === 'object') {
    for (const member of Object.values(value)) addLeaves(member, texts, level + 1);
    return;
  }
  const text = String(value as string | number | boolean);
  texts.push(text);
  if (/^\s*[[{]/.test(text)) texts.push(...compact(text));
}

function compact(text: string): readonly string[] {
  try {
    return [JSON.stringify(JSON.parse(text))];
  } catch {
    return [];
  }
}

/** Whether there is any text in it that is not empty. */
export function hasText(node: Node, level = 0): boolean {
  if (node === null || level > MOST_LEVELS) return false;
  if (typeof node !== 'object') return String(node) !== '';
  return Object.values(node).some((member) => member !== undefined && hasText(member as Node, level + 1));
}
