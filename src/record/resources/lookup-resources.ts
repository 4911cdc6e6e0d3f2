import type { EventResource } from '../event-record.ts';
import { typeOfArn, typeOfId } from './arn-types.ts';
import { memberTypesOf, type MemberTypes } from './member-types.ts';

type Json = Readonly<Record<string, unknown>>;

/** A call on a thousand objects names each of them; more than that helps nobody and fills the index. */
const MOST = 1000;
const MOST_DEPTH = 12;
const LONGEST_NAME = 2048;

/** Members that only describe what was looked for or how things are labelled. */
const SKIPPED: ReadonlySet<string> = new Set([
  'filterSet',
  'filters',
  'filter',
  'Filter',
  'tagSet',
  'tags',
  'tagList',
  'tagSpecificationSet',
  'lookupAttributes',
  'attributes',
]);

/**
 * The resources of an event as LookupEvents shows them: from the record's own `resources[]`, and from the members of requestParameters and
 * responseElements that name some (`member-types.ts`). Several per event, none twice, in that order.
 */
export function resourcesOf(record: Json): readonly EventResource[] {
  const source = record['eventSource'];
  const name = record['eventName'];
  const found = new Found(
    memberTypesOf(typeof source === 'string' ? source : '', typeof name === 'string' ? name : ''),
  );
  addOwnResources(found, record['resources']);
  collect(found, record['responseElements'], 0);
  collect(found, record['requestParameters'], 0);
  if (record['serviceEventDetails'] !== undefined) collect(found, record['serviceEventDetails'], 0);
  return found.list;
}

class Found {
  readonly list: EventResource[] = [];
  readonly types: MemberTypes;
  readonly #seen = new Set<string>();

  constructor(types: MemberTypes) {
    this.types = types;
  }

  add(type: string, name: string): void {
    if (name === '' || name.length > LONGEST_NAME || this.list.length >= MOST) return;
    const key = `${type} ${name}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.list.push({ type, name });
  }
}

function addOwnResources(found: Found, resources: unknown): void {
  if (!Array.isArray(resources)) return;
  for (const resource of resources) {
    if (typeof resource !== 'object' || resource === null) continue;
    const { ARN, ARNPrefix, type } = resource as Json;
    const name = typeof ARN === 'string' ? ARN : ARNPrefix;
    if (typeof name === 'string') found.add(typeof type === 'string' ? type : (typeOfArn(name) ?? ''), name);
  }
}

function collect(found: Found, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MOST_DEPTH) return;
  if (Array.isArray(value)) {
    for (const element of value) collect(found, element, depth + 1);
    return;
  }
  for (const key in value) {
    const member = (value as Json)[key];
    if (typeof member === 'string') addText(found, key, member);
    else if (typeof member === 'object' && member !== null && !SKIPPED.has(key))
      collectMember(found, key, member, depth);
  }
}

function collectMember(found: Found, key: string, member: object, depth: number): void {
  if (Array.isArray(member)) {
    for (const element of member) {
      if (typeof element === 'string') addText(found, key, element);
      else collectObject(found, key, element, depth + 2);
    }
    return;
  }
  collectObject(found, key, member, depth + 1);
}

/** EC2's newer operations write a text as `{ tag: 1, content: 'fl-1' }`. */
function collectObject(found: Found, key: string, value: unknown, depth: number): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const content = (value as Json)['content'];
    if (typeof content === 'string') addText(found, key, content);
  }
  collect(found, value, depth);
}

function addText(found: Found, key: string, text: string): void {
  const byArn = text.startsWith('arn:') ? typeOfArn(text) : undefined;
  if (byArn !== undefined && byArn !== '') return found.add(byArn, text);
  const byKey = found.types.get(key);
  if (byKey !== undefined) return found.add(byKey || (byArn ?? typeOfId(text)), text);
  if (byArn !== undefined && endsInArn(key)) found.add('', text);
}

function endsInArn(key: string): boolean {
  return key.endsWith('Arn') || key.endsWith('ARN') || key.endsWith('arn') || key.endsWith('Arns');
}
