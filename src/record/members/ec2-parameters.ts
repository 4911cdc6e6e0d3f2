import type { NormalizedSchema } from '@smithy/core/schema';

import { addEmptySets, ec2EmptySets } from './ec2-empty-sets.ts';
import { ec2ItemsName, ec2ListNames, ec2MemberName, ec2Text, isEc2Secret, isTyped } from './ec2-names.ts';
import { elementsOf, type FormTree, readForm } from './form.ts';
import { REMOVED, treatmentOf } from './hidden.ts';

type Json = Record<string, unknown>;

/** What the model says about one wire name. */
type Field = {
  readonly kind: 'text' | 'number' | 'boolean' | 'struct' | 'list';
  readonly secret: boolean;
  readonly fields: () => Fields;
};
type Fields = ReadonlyMap<string, Field>;

const NO_FIELDS: Fields = new Map();
const MOST_DEPTH = 12;

/**
 * Writes EC2's form bodies as CloudTrail does: typed (`instancesSet.items[].instanceId`) for the operations of the old SOAP interface,
 * `{ DescribeFlowLogsRequest: { FlowLogId: { tag: 1, content: … } } }` for all others. Answers undefined for a body that is no form.
 */
export function compileEc2Parameters(
  operation: string,
  input: NormalizedSchema | undefined,
): (body: Uint8Array) => Json | undefined {
  const fields = input === undefined ? NO_FIELDS : fieldsOf(input);
  if (!isTyped(operation)) return (body) => writeRaw(operation, fields, readForm(body));
  const absent = ec2EmptySets(operation, listNames(operation, fields));
  return (body) => {
    const form = readForm(body);
    if (form === undefined) return undefined;
    const written = writeStruct(operation, fields, form, 0);
    addEmptySets(written, absent);
    return operation === 'RunInstances' ? gatherInstance(written) : written;
  };
}

function listNames(operation: string, fields: Fields): readonly string[] {
  return [...fields]
    .filter(([, field]) => field.kind === 'list')
    .map(([name]) => ec2ListNames(operation, name)[0]);
}

/** RunInstances is recorded with what each instance is made from under `instancesSet`. */
function gatherInstance(written: Json): Json {
  const { imageId, minCount, maxCount, keyName, ...rest } = written;
  const item = Object.fromEntries(
    Object.entries({ imageId, minCount, maxCount, keyName }).filter(([, value]) => value !== undefined),
  );
  return { instancesSet: { items: [item] }, ...rest };
}

function writeStruct(operation: string, fields: Fields, form: FormTree, depth: number): Json {
  const written: Json = {};
  if (depth > MOST_DEPTH) return written;
  for (const wire of Object.keys(form)) {
    const value = form[wire] as string | FormTree;
    const field = fields.get(wire);
    if (isSecret(wire, field) || (depth === 0 && isEc2Secret(operation, wire))) {
      written[ec2MemberName(operation, wire)] = REMOVED;
      continue;
    }
    const elements = typeof value === 'object' ? elementsOf(value) : undefined;
    if (typeof value === 'string')
      written[ec2MemberName(operation, wire)] = ec2Text(operation, wire)?.(value) ?? coerce(field, value);
    else if (elements === undefined)
      written[ec2MemberName(operation, wire)] = writeStruct(
        operation,
        field?.fields() ?? NO_FIELDS,
        value,
        depth + 1,
      );
    else writeList(written, { operation, wire, field, depth }, elements);
  }
  return written;
}

type ListPlace = {
  readonly operation: string;
  readonly wire: string;
  readonly field: Field | undefined;
  readonly depth: number;
};

function writeList(written: Json, place: ListPlace, elements: readonly (string | FormTree)[]): void {
  const { operation, wire, field, depth } = place;
  const inner = field?.fields() ?? NO_FIELDS;
  const [list, element] = ec2ListNames(operation, wire);
  const items = elements.map((one) =>
    typeof one === 'string' ? { [element]: one } : writeStruct(operation, inner, one, depth + 1),
  );
  if (wire === 'Tag' && depth > 0) written['tags'] = items;
  else written[list] = { [ec2ItemsName(operation)]: items };
}

function isSecret(wire: string, field: Field | undefined): boolean {
  return field?.secret === true || treatmentOf('ec2', wire) !== undefined;
}

function coerce(field: Field | undefined, text: string): unknown {
  if (field?.kind === 'boolean') return text === 'true';
  if (field?.kind === 'number' && text !== '' && Number.isFinite(Number(text))) return Number(text);
  return text;
}

function writeRaw(operation: string, fields: Fields, form: FormTree | undefined): Json | undefined {
  if (form === undefined) return undefined;
  const members = rawStruct(fields, form, 0);
  return { [`${operation}Request`]: Object.keys(members).length === 0 ? '' : members };
}

function rawStruct(fields: Fields, form: FormTree, depth: number): Json {
  const written: Json = {};
  if (depth > MOST_DEPTH) return written;
  for (const wire of Object.keys(form)) {
    const value = form[wire] as string | FormTree;
    const field = fields.get(wire);
    if (isSecret(wire, field)) written[wire] = REMOVED;
    else if (typeof value === 'string') written[wire] = coerceByForm(value);
    else written[wire] = rawMember(field?.fields() ?? NO_FIELDS, value, depth + 1);
  }
  return written;
}

/** One element stands alone, several in a list, each with its number as `tag`. */
function rawMember(fields: Fields, value: FormTree, depth: number): unknown {
  const elements = elementsOf(value);
  if (elements === undefined) return rawStruct(fields, value, depth);
  const tagged = elements.map((one, index) =>
    typeof one === 'string'
      ? { tag: index + 1, content: coerceByForm(one) }
      : { ...rawStruct(fields, one, depth), tag: index + 1 },
  );
  return tagged.length === 1 ? tagged[0] : tagged;
}

/** These records went through a converter that knows no schema: what looks like a number or a boolean is one. */
export function coerceByForm(text: string): unknown {
  if (text === 'true') return true;
  if (text === 'false') return false;
  return /^-?(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

function fieldsOf(schema: NormalizedSchema): Fields {
  const fields = new Map<string, Field>();
  for (const [name, member] of schema.structIterator()) {
    const { ec2QueryName, xmlName, sensitive } = member.getMergedTraits();
    const wire = typeof ec2QueryName === 'string' ? ec2QueryName : capital(xmlName ?? name);
    fields.set(wire, { kind: kindOf(member), secret: sensitive === 1, fields: lazyFields(member) });
  }
  return fields;
}

function lazyFields(member: NormalizedSchema): () => Fields {
  let made: Fields | undefined;
  return () => (made ??= innerFields(member));
}

function innerFields(member: NormalizedSchema): Fields {
  const inner = member.isListSchema() ? member.getValueSchema() : member;
  return inner.isStructSchema() ? fieldsOf(inner) : NO_FIELDS;
}

function kindOf(member: NormalizedSchema): Field['kind'] {
  if (member.isListSchema()) return 'list';
  if (member.isStructSchema()) return 'struct';
  if (member.isBooleanSchema()) return 'boolean';
  return member.isNumericSchema() ? 'number' : 'text';
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
