import type { HiveField, HiveType } from '../log-files-contract.ts';
import { keptType, MEMBERS, type Member, type Shape } from './shapes.ts';

/** What a table declares, beside what is kept of records. Names come from statements, so only those that are known get into SQL. */

const BY_NAME: ReadonlyMap<string, Member> = new Map(MEMBERS.map((member) => [member.name, member]));

export function memberOf(name: string): Member | undefined {
  return BY_NAME.get(name);
}

/** What is wrong with these columns, in a sentence; undefined: nothing. */
export function mistakeOf(columns: readonly HiveField[]): string | undefined {
  for (const { name, type } of columns) {
    const member = memberOf(name);
    if (member === undefined)
      return `Column ${name} is none of those that CloudTrail's log files have: ${[...BY_NAME.keys()].join(', ')}.`;
    const mistake = mismatch(name, member.shape, type);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function mismatch(path: string, shape: Shape, type: HiveType): string | undefined {
  switch (shape.kind) {
    case 'text':
      if (isText(type) || (path.endsWith('.attributes') && isTextMap(type))) return undefined;
      return `Column ${path} must be string, not ${hiveText(type)}.`;
    case 'list':
      if (type.kind === 'array') return mismatch(`${path}[]`, shape.of, type.of);
      return `Column ${path} must be an array of structs, not ${hiveText(type)}.`;
    case 'struct': {
      if (path.endsWith('.webidfederationdata') && isTextMap(type)) return undefined;
      if (type.kind !== 'struct') return `Column ${path} must be a struct, not ${hiveText(type)}.`;
      for (const field of type.fields) {
        const member = shape.members.find(({ name }) => name === field.name);
        if (member === undefined)
          return `Column ${path} has no field ${field.name}, only ${shape.members.map(({ name }) => name).join(', ')}.`;
        const mistake = mismatch(`${path}.${field.name}`, member.shape, field.type);
        if (mistake !== undefined) return mistake;
      }
      return undefined;
    }
  }
}

const TEXT = /^(?:string|varchar|varchar\(\d+\))$/;

function isText(type: HiveType): boolean {
  return type.kind === 'plain' && TEXT.test(type.name);
}

function isTextMap(type: HiveType): boolean {
  return type.kind === 'map' && isText(type.key) && isText(type.value);
}

export function hiveText(type: HiveType): string {
  switch (type.kind) {
    case 'plain':
      return type.name;
    case 'array':
      return `array<${hiveText(type.of)}>`;
    case 'map':
      return `map<${hiveText(type.key)},${hiveText(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map(({ name, type: of }) => `${name}:${hiveText(of)}`).join(',')}>`;
  }
}

/** As Trino calls it. */
export function trinoType(type: HiveType): string {
  switch (type.kind) {
    case 'plain':
      return TEXT.test(type.name) ? 'varchar' : type.name === 'int' ? 'integer' : type.name;
    case 'array':
      return `array(${trinoType(type.of)})`;
    case 'map':
      return `map(${trinoType(type.key)}, ${trinoType(type.value)})`;
    case 'struct':
      return `row(${type.fields.map(({ name, type: of }) => `${name} ${trinoType(of)}`).join(', ')})`;
  }
}

/** From what is kept to what is declared; as it stands where both have the same members in the same order. */
export function expressionOf(column: HiveField): string {
  const member = memberOf(column.name);
  const kept = `\`${column.name}\``;
  if (member === undefined) return `CAST(NULL, 'Nullable(String)')`;
  return isSame(member.shape, column.type) ? kept : shaped(member.shape, column.type, kept);
}

/** In the engine. */
export function typeOf({ name, type }: HiveField): string {
  const member = memberOf(name);
  if (member === undefined) return 'Nullable(String)';
  return isSame(member.shape, type) ? keptType(member.shape) : shapedType(member.shape, type);
}

function isSame(shape: Shape, type: HiveType): boolean {
  if (shape.kind === 'text') return isText(type);
  if (shape.kind === 'list') return type.kind === 'array' && isSame(shape.of, type.of);
  return (
    type.kind === 'struct' &&
    type.fields.length === shape.members.length &&
    shape.members.every(({ name, shape: of }, index) => {
      const field = type.fields[index];
      return field?.name === name && isSame(of, field.type);
    })
  );
}

function shaped(shape: Shape, type: HiveType, value: string): string {
  if (shape.kind === 'text') return type.kind === 'map' ? mapOfJson(value) : value;
  if (shape.kind === 'list') {
    const of = type.kind === 'array' ? type.of : type;
    return `CAST(arrayMap(e -> ${shaped(shape.of, of, 'e')}, ${value}), ${quoted(shapedType(shape, type))})`;
  }
  if (type.kind === 'map') return mapOfMembers(shape.members, value);
  const fields = fieldsOf(shape.members, type).map(([member, field]) =>
    shaped(member.shape, field.type, `tupleElement(${value}, '${member.name}')`),
  );
  return `CAST(tuple(${fields.join(', ')}), ${quoted(shapedType(shape, type))})`;
}

function shapedType(shape: Shape, type: HiveType): string {
  if (shape.kind === 'text') return type.kind === 'map' ? MAP : keptType(shape);
  if (shape.kind === 'list') return `Array(${shapedType(shape.of, type.kind === 'array' ? type.of : type)})`;
  if (type.kind === 'map') return MAP;
  const fields = fieldsOf(shape.members, type).map(
    ([{ name, shape: of }, field]) => `\`${name}\` ${shapedType(of, field.type)}`,
  );
  return `Tuple(${fields.join(', ')})`;
}

function fieldsOf(members: readonly Member[], type: HiveType): [Member, HiveField][] {
  if (type.kind !== 'struct') return [];
  return type.fields.flatMap((field) => {
    const member = members.find(({ name }) => name === field.name);
    return member === undefined ? [] : [[member, field] satisfies [Member, HiveField]];
  });
}

const MAP = 'Map(String, Nullable(String))';

function mapOfJson(value: string): string {
  return `CAST(JSONExtract(ifNull(${value}, '{}'), 'Map(String, Nullable(String))'), '${MAP}')`;
}

function mapOfMembers(members: readonly Member[], value: string): string {
  const pairs = members.map(
    ({ json, name }) => `'${json}', CAST(tupleElement(${value}, '${name}'), 'Nullable(String)')`,
  );
  return `mapFilter((k, v) -> v IS NOT NULL, map(${pairs.join(', ')}))`;
}

function quoted(type: string): string {
  return `'${type}'`;
}
