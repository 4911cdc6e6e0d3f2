import type { Shape } from '../../../src/aws/protocols/shape.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * What a caller must have sent (or a service answered) for a real record to show these members: CloudTrail's names and forms turned back into
 * the model's. A member that the model does not have is left out.
 */
export function valuesFrom(shape: Shape, members: unknown): Record<string, unknown> {
  return structFrom(shape, unwrap(members));
}

/** `{CreateNatGatewayRequest: {…}}`: how EC2's newer operations are recorded. */
function unwrap(members: unknown): Json {
  if (!isObject(members)) return {};
  const [name = '', only] = Object.entries(members).find(([, value]) => isObject(value)) ?? [];
  return Object.keys(members).length === 1 && /(Request|Response)$/.test(name) && isObject(only)
    ? only
    : members;
}

function structFrom(shape: Shape, value: Json): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    if (key === 'xmlns' || key === 'requestId' || (key === 'tag' && typeof one === 'number')) continue;
    const member = memberFor(shape, key, one);
    if (member !== undefined) made[member.name] = valueFrom(member.shape, one);
    else if (isObject(one)) Object.assign(made, spreadItems(shape, one));
  }
  return made;
}

/** RunInstances' `instancesSet` holds members of the request itself. */
function spreadItems(shape: Shape, value: Json): Record<string, unknown> {
  const [first] = itemsOf(value);
  return isObject(first) ? structFrom(shape, first) : {};
}

/** EC2's older names of members: nothing in them tells the model's. */
const CALLED_OTHERWISE: Readonly<Record<string, string>> = {
  accountAttributeNameSet: 'AttributeNames',
  attributeType: 'Attribute',
  placementGroupIdSet: 'GroupIds',
  placementGroupSet: 'GroupNames',
  sharedUsersSet: 'RestorableByUserIds',
  zone: 'AvailabilityZone',
};

function memberFor(shape: Shape, key: string, value: unknown) {
  const called = CALLED_OTHERWISE[key];
  if (called !== undefined) return shape.members().find(({ name }) => name === called);
  const inner = isObject(value) ? itemsOf(value)[0] : undefined;
  const names = [key, ...(isObject(inner) && Object.keys(inner).length === 1 ? Object.keys(inner) : [])];
  for (const name of names) {
    const forms = formsOf(name);
    const found = shape
      .members()
      .find((member) =>
        [member.name, member.shape.placeName ?? '', member.shape.traits.ec2QueryName ?? ''].some((one) =>
          formsOf(one).some((form) => forms.includes(form)),
        ),
      );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `tagSpecificationSet`, `TagSpecifications` and `TagSpecification` are one name. */
function formsOf(name: string): readonly string[] {
  const lower = name.toLowerCase().replace(/^_/, '');
  const bare = lower.replace(/(set|list)$/, '');
  return [lower, bare, bare.replace(/s$/, '')].filter((form) => form !== '');
}

function valueFrom(shape: Shape, value: unknown): unknown {
  if (value === HIDDEN && shape.kind !== 'string') return something(shape, 3);
  switch (shape.kind) {
    case 'list':
      return itemsOf(value).map((item) => elementFrom(shape.element(), item));
    case 'struct':
    case 'union':
      return isObject(value) ? structFrom(shape, value) : {};
    case 'map':
      return isObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([key, one]) => [key, valueFrom(shape.element(), one)]),
          )
        : {};
    case 'timestamp':
      return new Date(typeof value === 'string' ? value.replace(/\+0000$/, 'Z') : Number(value));
    case 'number':
      return Number(value);
    case 'boolean':
      return value === true || value === 'true';
    case 'blob':
      return Buffer.from('bytes');
    default:
      return typeof value === 'string' ? value : JSON.stringify(isContent(value) ? value['content'] : value);
  }
}

const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

function elementFrom(shape: Shape, item: unknown): unknown {
  if (!isObject(item) || shape.kind === 'struct' || shape.kind === 'map') return valueFrom(shape, item);
  return valueFrom(shape, isContent(item) ? item['content'] : Object.values(item)[0]);
}

function isContent(value: unknown): value is Json {
  return isObject(value) && 'content' in value;
}

/** `{items: […]}`, `{item: …}`, a list, or one element alone. */
function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return value === '' || value === undefined || value === null ? [] : [value];
  const inner = value['items'] ?? value['item'];
  if (inner !== undefined) return Array.isArray(inner) ? inner : [inner];
  return Object.keys(value).length === 0 ? [] : [value];
}

/** Where the record hides what it was. */
function something(shape: Shape, depth: number): unknown {
  if (depth === 0) return undefined;
  switch (shape.kind) {
    case 'list':
      return [something(shape.element(), depth - 1)];
    case 'map':
      return { name: something(shape.element(), depth - 1) };
    case 'struct':
    case 'union':
      return Object.fromEntries(
        shape
          .members()
          .slice(0, 1)
          .map((member) => [member.name, something(member.shape, depth - 1)]),
      );
    case 'blob':
      return Buffer.from('bytes');
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'timestamp':
      return new Date(0);
    default:
      return 'x';
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
