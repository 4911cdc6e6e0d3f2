import type { HiveField, HiveType } from '../../../store/contract.ts';
import type { TokenReader } from './tokens.ts';

const PLAIN = new Set(
  'string varchar char boolean tinyint smallint int integer bigint float double real date timestamp binary'.split(
    ' ',
  ),
);

/** `struct<a:string,b:array<int>>`. https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
export function readType(reader: TokenReader): HiveType {
  const name = reader.peek().text.toLowerCase();
  if (name === 'decimal') throw reader.unexpected('a type other than decimal');
  if (reader.takes('ARRAY', '<')) {
    const of = readType(reader);
    close(reader);
    return { kind: 'array', of };
  }
  if (reader.takes('MAP', '<')) {
    const key = readType(reader);
    reader.expect(',');
    const value = readType(reader);
    close(reader);
    return { kind: 'map', key, value };
  }
  if (reader.takes('STRUCT', '<')) {
    const fields = [readField(reader)];
    while (reader.takes(',')) fields.push(readField(reader));
    close(reader);
    return { kind: 'struct', fields };
  }
  if (!PLAIN.has(name)) throw reader.unexpected('a type');
  reader.take();
  if ((name === 'varchar' || name === 'char') && reader.takes('(')) {
    const length = reader.take().text;
    reader.expect(')');
    return { kind: 'plain', name: `${name}(${length})` };
  }
  return { kind: 'plain', name: name === 'integer' ? 'int' : name };
}

function readField(reader: TokenReader): HiveField {
  const name = reader.name();
  reader.expect(':');
  return { name, type: readType(reader) };
}

function close(reader: TokenReader): void {
  reader.expect('>');
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
