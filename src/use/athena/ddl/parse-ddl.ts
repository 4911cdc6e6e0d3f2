import { malformed, notBuilt } from '../athena-errors.ts';
import { readTable } from './parse-table.ts';
import type { Ddl, PartitionSpec } from './statement.ts';
import { TokenReader, type QualifiedName } from './tokens.ts';

/**
 * Statements other than SELECT, in exactly the documented forms: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
 * Undefined: it is a query. Throws InvalidRequestException for what is wrong, and for what Opentrail does not support.
 */
export function parseDdl(statement: string): Ddl | undefined {
  const reader = new TokenReader(statement);
  if (reader.peek().kind === 'end') throw malformed('line 1:1: the statement is empty');
  if (isQuery(reader)) return undefined;
  const parsed = parse(reader, statement);
  reader.ended();
  return parsed;
}

function isQuery(reader: TokenReader): boolean {
  return ['SELECT', 'WITH', 'VALUES', '(', 'TABLE'].some((word) => reader.sees(word));
}

function parse(reader: TokenReader, statement: string): Ddl {
  if (reader.takes('CREATE')) return parseCreate(reader, statement);
  if (reader.takes('DROP')) return parseDrop(reader);
  if (reader.takes('ALTER', 'TABLE')) return parseAlter(reader);
  if (reader.takes('MSCK', 'REPAIR', 'TABLE')) return { kind: 'MSCK_REPAIR_TABLE', name: reader.qualified() };
  if (reader.takes('SHOW')) return parseShow(reader);
  if (reader.takes('DESCRIBE') || reader.takes('DESC')) return parseDescribe(reader);
  const known =
    'INSERT UPDATE DELETE MERGE UNLOAD EXPLAIN VACUUM OPTIMIZE PREPARE EXECUTE DEALLOCATE ALTER USING';
  const word = reader.peek().text.toUpperCase();
  if (known.split(' ').includes(word)) throw notBuilt(`${word} statements`);
  throw reader.unexpected('SELECT, CREATE, DROP, ALTER TABLE, MSCK REPAIR TABLE, SHOW or DESCRIBE');
}

function parseCreate(reader: TokenReader, statement: string): Ddl {
  if (reader.takes('DATABASE') || reader.takes('SCHEMA')) return createDatabase(reader);
  if (reader.takes('OR', 'REPLACE', 'VIEW')) return createView(reader, statement, true);
  if (reader.takes('VIEW')) return createView(reader, statement, false);
  const isExternal = reader.takes('EXTERNAL');
  reader.expect('TABLE');
  const ifNotExists = reader.takes('IF', 'NOT', 'EXISTS');
  const name = reader.qualified();
  if (reader.sees('AS') || (!isExternal && reader.sees('WITH'))) throw notBuilt('CREATE TABLE AS');
  return { kind: 'CREATE_TABLE', name, ifNotExists, definition: readTable(reader) };
}

function createDatabase(reader: TokenReader): Ddl {
  const ifNotExists = reader.takes('IF', 'NOT', 'EXISTS');
  const name = reader.name();
  const comment = reader.takes('COMMENT') ? reader.text() : undefined;
  const location = reader.takes('LOCATION') ? reader.text() : undefined;
  if (reader.sees('WITH')) throw notBuilt('DBPROPERTIES');
  return { kind: 'CREATE_DATABASE', name, ifNotExists, comment, location };
}

function createView(reader: TokenReader, statement: string, orReplace: boolean): Ddl {
  const name = reader.qualified();
  if (reader.sees('(')) throw notBuilt('column names of views; name the columns in the SELECT');
  reader.expect('AS');
  const { at } = reader.peek();
  if (!isQuery(reader)) throw reader.unexpected('SELECT');
  while (reader.peek().kind !== 'end') reader.take();
  return { kind: 'CREATE_VIEW', name, orReplace, select: statement.slice(at).replace(/[\s;]+$/, '') };
}

function parseDrop(reader: TokenReader): Ddl {
  if (reader.takes('DATABASE') || reader.takes('SCHEMA')) {
    const ifExists = reader.takes('IF', 'EXISTS');
    const name = reader.name();
    const cascade = reader.takes('CASCADE');
    if (!cascade) reader.takes('RESTRICT');
    return { kind: 'DROP_DATABASE', name, ifExists, cascade };
  }
  const kind = reader.takes('VIEW') ? 'DROP_VIEW' : 'DROP_TABLE';
  if (kind === 'DROP_TABLE') reader.expect('TABLE');
  const ifExists = reader.takes('IF', 'EXISTS');
  return { kind, name: reader.qualified(), ifExists };
}

function parseAlter(reader: TokenReader): Ddl {
  const name = reader.qualified();
  if (reader.takes('ADD')) {
    const ifNotExists = reader.takes('IF', 'NOT', 'EXISTS');
    if (!reader.sees('PARTITION')) throw notBuilt('ALTER TABLE ADD COLUMNS');
    return { kind: 'ALTER_TABLE_ADD_PARTITION', name, ifNotExists, partitions: addedPartitions(reader) };
  }
  if (!reader.takes('DROP')) throw notBuilt('ALTER TABLE but ADD PARTITION and DROP PARTITION');
  const ifExists = reader.takes('IF', 'EXISTS');
  const partitions: PartitionSpec[] = [];
  do {
    reader.expect('PARTITION');
    partitions.push(readSpec(reader));
  } while (reader.takes(','));
  return { kind: 'ALTER_TABLE_DROP_PARTITION', name, ifExists, partitions };
}

function addedPartitions(reader: TokenReader) {
  const partitions: { spec: PartitionSpec; location: string | undefined }[] = [];
  while (reader.takes('PARTITION')) {
    const spec = readSpec(reader);
    partitions.push({ spec, location: reader.takes('LOCATION') ? reader.text() : undefined });
  }
  return partitions;
}

function readSpec(reader: TokenReader): PartitionSpec {
  return reader.list(() => {
    const name = reader.name();
    reader.expect('=');
    const token = reader.take();
    if (!['string', 'double', 'number'].includes(token.kind)) throw reader.unexpected('a value');
    return { name, value: token.text };
  });
}

function parseShow(reader: TokenReader): Ddl {
  if (reader.takes('DATABASES') || reader.takes('SCHEMAS'))
    return { kind: 'SHOW_DATABASES', pattern: pattern(reader) };
  for (const [word, kind] of [
    ['TABLES', 'SHOW_TABLES'],
    ['VIEWS', 'SHOW_VIEWS'],
  ] as const) {
    if (!reader.takes(word)) continue;
    const database = reader.takes('IN') || reader.takes('FROM') ? reader.name() : undefined;
    return { kind, database, pattern: pattern(reader) };
  }
  if (reader.takes('PARTITIONS')) return { kind: 'SHOW_PARTITIONS', name: reader.qualified() };
  if (reader.takes('COLUMNS')) return { kind: 'SHOW_COLUMNS', name: columnsOf(reader) };
  if (reader.takes('CREATE', 'TABLE')) return { kind: 'SHOW_CREATE_TABLE', name: reader.qualified() };
  if (reader.takes('CREATE', 'VIEW')) return { kind: 'SHOW_CREATE_VIEW', name: reader.qualified() };
  if (reader.takes('TBLPROPERTIES')) return { kind: 'SHOW_TBLPROPERTIES', name: reader.qualified() };
  throw reader.unexpected('DATABASES, TABLES, VIEWS, PARTITIONS, COLUMNS, CREATE TABLE or TBLPROPERTIES');
}

function columnsOf(reader: TokenReader): QualifiedName {
  if (!reader.takes('IN')) reader.expect('FROM');
  const name = reader.qualified();
  if (reader.takes('IN') || reader.takes('FROM')) return { database: reader.name(), name: name.name };
  return name;
}

/** In quotes, as Hive has it. */
function pattern(reader: TokenReader): string | undefined {
  reader.takes('LIKE');
  return ['string', 'double'].includes(reader.peek().kind) ? reader.text() : undefined;
}

function parseDescribe(reader: TokenReader): Ddl {
  if (!reader.takes('FORMATTED')) reader.takes('EXTENDED');
  const name = reader.qualified();
  if (reader.peek().kind !== 'end') throw notBuilt('DESCRIBE of a single column or partition');
  return { kind: 'DESCRIBE_TABLE', name };
}
