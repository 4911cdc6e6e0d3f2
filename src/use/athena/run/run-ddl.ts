import type { CallerBucketPort } from '../../../aws/ports.ts';
import { userFailure } from '../athena-errors.ts';
import {
  CATALOG,
  DEFAULT_DATABASE,
  FEDERATED_DATABASE,
  type CatalogTable,
  type Partition,
  type TableName,
} from '../catalog/catalog.ts';
import { createTableText, describeTable, partitionName } from '../catalog/show.ts';
import { readLocation } from '../ddl/parse-table.ts';
import type { Ddl, PartitionSpec } from '../ddl/statement.ts';
import type { QualifiedName } from '../ddl/tokens.ts';
import { isProjected } from '../tables/projection.ts';
import { lines, NOTHING, type QueryResult } from './query-result.ts';
import { columnsOf, type Select, type SelectDeps } from './run-select.ts';

type Run = Pick<Select, 'database' | 'where' | 'caller' | 'signal'>;
type Of<Kind extends Ddl['kind']> = Extract<Ddl, { kind: Kind }>;

/** Runs a statement on the catalog. Throws QueryFailure. */
export async function runDdl(deps: SelectDeps, ddl: Ddl, run: Run): Promise<QueryResult> {
  switch (ddl.kind) {
    case 'CREATE_DATABASE':
      return createDatabase(deps, ddl, run);
    case 'DROP_DATABASE':
      return dropDatabase(deps, ddl, run);
    case 'CREATE_TABLE':
      return createTable(deps, ddl, run);
    case 'CREATE_VIEW':
      return createView(deps, ddl, run);
    case 'DROP_TABLE':
    case 'DROP_VIEW':
      return dropTable(deps, ddl, run);
    case 'ALTER_TABLE_ADD_PARTITION':
      return addPartitions(deps, ddl, run);
    case 'ALTER_TABLE_DROP_PARTITION':
      return dropPartitions(deps, ddl, run);
    case 'MSCK_REPAIR_TABLE':
      return repair(deps, ddl, run);
    default:
      return show(deps, ddl, run);
  }
}

async function createDatabase(
  { catalog, clock }: SelectDeps,
  { name, ifNotExists, comment, location }: Of<'CREATE_DATABASE'>,
  { where }: Run,
): Promise<QueryResult> {
  const isAdded = await catalog.addDatabase(where, {
    name,
    description: comment ?? null,
    location: location === undefined ? null : readLocation(location),
    created_at: clock.now(),
  });
  const isThere = !isAdded || name === DEFAULT_DATABASE;
  if (isThere && !ifNotExists)
    throw userFailure(`FAILED: Execution Error, return code 1. Database ${name} already exists`, 1401);
  return NOTHING;
}

async function dropDatabase(
  deps: SelectDeps,
  { name, ifExists, cascade }: Of<'DROP_DATABASE'>,
  { where }: Run,
): Promise<QueryResult> {
  const { catalog } = deps;
  const isThere = (await catalog.databases(where)).some((database) => database.name === name);
  if (!isThere && ifExists) return NOTHING;
  if (!isThere) throw databaseNotFound(name);
  if (name === DEFAULT_DATABASE) throw userFailure('The database default cannot be dropped.');
  if (!cascade && (await catalog.tables(where, name)).length > 0)
    throw userFailure(
      `FAILED: Execution Error, return code 1. InvalidOperationException(message:Database ${name} is not empty. One or more tables exist.)`,
      1401,
    );
  await catalog.removeDatabase(where, name);
  return NOTHING;
}

async function createTable(
  deps: SelectDeps,
  { name, ifNotExists, definition }: Of<'CREATE_TABLE'>,
  run: Run,
): Promise<QueryResult> {
  const { catalog, logFiles, clock } = deps;
  const named = await inDatabase(deps, name, run);
  const mistake = logFiles.mistakeOf(definition.columns);
  if (mistake !== undefined) throw userFailure(`FAILED: SemanticException ${mistake}`);
  const odd = definition.partitionedBy.find(
    ({ type }) => type.kind !== 'plain' || !/^(?:string|varchar.*|date|.*int)$/.test(type.name),
  );
  if (odd !== undefined)
    throw userFailure(`FAILED: SemanticException Partition column ${odd.name} must be string or a number.`);
  const table = { kind: 'table', ...named, definition, createdAt: clock.now() } as const;
  if (!(await catalog.addTable(run.where, table)) && !ifNotExists) throw alreadyExists(named);
  return NOTHING;
}

async function createView(
  deps: SelectDeps,
  { name, orReplace, select }: Of<'CREATE_VIEW'>,
  run: Run,
): Promise<QueryResult> {
  const named = await inDatabase(deps, name, run);
  const columns = await columnsOf(deps, { statement: select, database: run.database, where: run.where });
  const former = await deps.catalog.table(run.where, named);
  if (former !== undefined && (!orReplace || former.kind !== 'view')) throw alreadyExists(named);
  if (former !== undefined) await deps.catalog.removeTable(former);
  const definition = { select, columns: columns.map((column) => ({ ...column })), database: run.database };
  await deps.catalog.addTable(run.where, {
    kind: 'view',
    ...named,
    definition,
    createdAt: deps.clock.now(),
  });
  return NOTHING;
}

async function dropTable(
  deps: SelectDeps,
  { kind, name, ifExists }: Of<'DROP_TABLE' | 'DROP_VIEW'>,
  run: Run,
): Promise<QueryResult> {
  const table = await deps.catalog.table(run.where, withDatabase(name, run));
  if (table === undefined && ifExists) return NOTHING;
  if (table === undefined) throw tableNotFound(withDatabase(name, run));
  if (kind === 'DROP_VIEW' && table.kind === 'table')
    throw userFailure(`${table.name} is a table, not a view.`);
  await deps.catalog.removeTable(table);
  return NOTHING;
}

async function addPartitions(
  deps: SelectDeps,
  { name, ifNotExists, partitions }: Of<'ALTER_TABLE_ADD_PARTITION'>,
  run: Run,
): Promise<QueryResult> {
  const table = await partitioned(deps, name, run);
  const added = partitions.map(({ spec, location }): Partition => {
    const values = valuesOf(table, spec);
    return { values, location: readLocation(location ?? hiveLocation(table, values)) };
  });
  const known = new Set((await deps.catalog.partitions(table)).map(({ values }) => JSON.stringify(values)));
  const twice = added.find(({ values }) => known.has(JSON.stringify(values)));
  if (twice !== undefined && !ifNotExists)
    throw userFailure(
      `FAILED: Execution Error, return code 1. AlreadyExistsException: Partition already exists: ${partitionName(table.definition, twice.values)}`,
      1401,
    );
  await deps.catalog.addPartitions(table, added);
  return NOTHING;
}

async function dropPartitions(
  deps: SelectDeps,
  { name, ifExists, partitions }: Of<'ALTER_TABLE_DROP_PARTITION'>,
  run: Run,
): Promise<QueryResult> {
  const table = await partitioned(deps, name, run);
  const known = await deps.catalog.partitions(table);
  for (const spec of partitions) {
    // Part of the columns means all partitions that agree.
    const gone = known.filter(({ values }) => agrees(table, values, spec));
    if (gone.length === 0 && !ifExists)
      throw userFailure(`FAILED: SemanticException Partition not found ${JSON.stringify(spec)}`);
    for (const { values } of gone) await deps.catalog.removePartition(table, values);
  }
  return NOTHING;
}

function agrees(table: LogTable, values: readonly string[], spec: PartitionSpec): boolean {
  return spec.every(({ name, value }) => {
    const index = table.definition.partitionedBy.findIndex((column) => column.name === name);
    if (index < 0)
      throw userFailure(`FAILED: SemanticException ${name} is no partition column of ${table.name}.`);
    return values[index] === value;
  });
}

/** Adds the folders `column=value/…` that there are below the table's location. */
async function repair(deps: SelectDeps, { name }: Of<'MSCK_REPAIR_TABLE'>, run: Run): Promise<QueryResult> {
  const table = await partitioned(deps, name, run);
  const names = table.definition.partitionedBy.map((column) => column.name);
  const found = new Map<string, Partition>();
  const pattern = new RegExp(`^${names.map((one) => `${one}=([^/]+)/`).join('')}`, 'i');
  const prefix = splitLocation(table.definition.location);
  for await (const { key } of listed(deps.buckets, prefix, run)) {
    const match = pattern.exec(key.slice(prefix.prefix.length));
    if (match === null) continue;
    const values = match.slice(1).map(decodeURIComponent);
    found.set(match[0], { values, location: table.definition.location + match[0] });
  }
  const known = new Set((await deps.catalog.partitions(table)).map(({ values }) => JSON.stringify(values)));
  const missing = [...found.values()].filter(({ values }) => !known.has(JSON.stringify(values)));
  await deps.catalog.addPartitions(table, missing);
  if (missing.length === 0) return NOTHING;
  const shown = missing.map(({ values }) => `${table.name}:${partitionName(table.definition, values)}`);
  return lines('result', [
    `Partitions not in metastore:\t${shown.join('\t')}`,
    ...shown.map((one) => `Repair: Added partition to metastore ${one}`),
  ]);
}

function listed(buckets: CallerBucketPort, where: { bucket: string; prefix: string }, { caller }: Run) {
  return buckets.readable({ ...where, wanted: () => true }, caller);
}

function splitLocation(location: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(location) ?? [];
  return { bucket, prefix };
}

type Show = Exclude<
  Ddl,
  Of<
    | 'CREATE_DATABASE'
    | 'DROP_DATABASE'
    | 'CREATE_TABLE'
    | 'CREATE_VIEW'
    | 'DROP_TABLE'
    | 'DROP_VIEW'
    | 'ALTER_TABLE_ADD_PARTITION'
    | 'ALTER_TABLE_DROP_PARTITION'
    | 'MSCK_REPAIR_TABLE'
  >
>;

async function show(deps: SelectDeps, ddl: Show, run: Run): Promise<QueryResult> {
  const { catalog } = deps;
  switch (ddl.kind) {
    case 'SHOW_DATABASES': {
      const names = (await catalog.databases(run.where)).map(({ name }) => name);
      return lines('database_name', names.filter(matching(ddl.pattern)));
    }
    case 'SHOW_TABLES':
    case 'SHOW_VIEWS': {
      const database = ddl.database ?? run.database;
      const names = await namesIn(deps, { database, where: run.where, viewsOnly: ddl.kind === 'SHOW_VIEWS' });
      return lines('tab_name', names.filter(matching(ddl.pattern)));
    }
    case 'SHOW_PARTITIONS': {
      const table = await partitioned(deps, ddl.name, run);
      if (isProjected(table.definition)) return lines('partition', []);
      const partitions = await catalog.partitions(table);
      return lines(
        'partition',
        partitions.map(({ values }) => partitionName(table.definition, values)),
      );
    }
    case 'SHOW_COLUMNS':
      return lines('field', namesOfColumns(await existing(deps, ddl.name, run)));
    case 'SHOW_CREATE_TABLE':
    case 'SHOW_CREATE_VIEW':
      return lines('createtab_stmt', createTableText(await existing(deps, ddl.name, run)).split('\n'));
    case 'SHOW_TBLPROPERTIES': {
      const table = await existing(deps, ddl.name, run);
      const properties = table.kind === 'table' ? Object.entries(table.definition.properties) : [];
      return lines(
        'prpt_name',
        properties.map(([name, value]) => `${name}\t${value}`),
      );
    }
    case 'DESCRIBE_TABLE':
      return lines('col_name', describeTable(await existing(deps, ddl.name, run)));
  }
}

function namesOfColumns(table: CatalogTable): string[] {
  if (table.kind === 'view') return table.definition.columns.map(({ name }) => name);
  return [...table.definition.columns, ...table.definition.partitionedBy].map(({ name }) => name);
}

async function namesIn(
  deps: SelectDeps,
  { database, where, viewsOnly }: { database: string; where: Run['where']; viewsOnly: boolean },
): Promise<readonly string[]> {
  if (database === FEDERATED_DATABASE)
    return viewsOnly ? [] : (await deps.federated(where)).map(({ name }) => name);
  if (!(await deps.catalog.databases(where)).some(({ name }) => name === database))
    throw databaseNotFound(database);
  const tables = await deps.catalog.tables(where, database);
  return tables.filter(({ kind }) => !viewsOnly || kind === 'view').map(({ name }) => name);
}

/** `*` for anything, `|` between alternatives. */
function matching(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const source = pattern
    .split('|')
    .map((one) => one.replace(/[.+?^${}()[\]\\]/g, '\\$&').replaceAll('*', '.*'))
    .join('|');
  const matcher = new RegExp(`^(?:${source})$`, 'i');
  return (name) => matcher.test(name);
}

type LogTable = CatalogTable & { readonly kind: 'table' };

function withDatabase({ database, name }: QualifiedName, run: Run): TableName {
  return { database: database ?? run.database, name };
}

async function inDatabase(deps: SelectDeps, name: QualifiedName, run: Run): Promise<TableName> {
  const named = withDatabase(name, run);
  if (named.database === FEDERATED_DATABASE)
    throw userFailure(`Nothing can be made in the database ${FEDERATED_DATABASE}.`);
  if (!(await deps.catalog.databases(run.where)).some((database) => database.name === named.database))
    throw databaseNotFound(named.database);
  return named;
}

async function existing(deps: SelectDeps, name: QualifiedName, run: Run): Promise<CatalogTable> {
  const named = withDatabase(name, run);
  const table = await deps.catalog.table(run.where, named);
  if (table === undefined) throw tableNotFound(named);
  return table;
}

async function partitioned(deps: SelectDeps, name: QualifiedName, run: Run): Promise<LogTable> {
  const table = await existing(deps, name, run);
  if (table.kind === 'view' || table.definition.partitionedBy.length === 0)
    throw userFailure(
      `FAILED: Execution Error, return code 1. Table ${table.database}.${table.name} is not a partitioned table`,
    );
  return table;
}

function valuesOf({ name, definition }: LogTable, spec: PartitionSpec): readonly string[] {
  const given = new Map(spec.map((one) => [one.name, one.value]));
  const names = definition.partitionedBy.map((column) => column.name);
  const values = names.map((one) => given.get(one));
  if (spec.length !== names.length || values.some((value) => value === undefined))
    throw userFailure(
      `FAILED: SemanticException A partition of ${name} names exactly the columns ${names.join(', ')}.`,
    );
  return values.map(String);
}

function hiveLocation({ definition }: LogTable, values: readonly string[]): string {
  return `${definition.location}${partitionName(definition, values)}/`;
}

function alreadyExists({ database, name }: TableName) {
  return userFailure(
    `FAILED: Execution Error, return code 1. AlreadyExistsException(message:Table ${database}.${name} already exists.)`,
    1401,
  );
}

function databaseNotFound(name: string) {
  return userFailure(
    `FAILED: Execution Error, return code 1. SCHEMA_NOT_FOUND: Database ${name} does not exist in ${CATALOG}`,
    1301,
  );
}

function tableNotFound({ database, name }: TableName) {
  return userFailure(`FAILED: SemanticException Table not found ${database}.${name}`, 1301);
}
