import { AwsError } from '../../../aws/errors.ts';
import { messageOf, OpentrailError } from '../../../base/errors.ts';
import type { SqlColumn, SqlTable } from '../../../store/contract.ts';
import { systemFailure, userFailure } from '../athena-errors.ts';
import {
  CATALOG,
  FEDERATED_DATABASE,
  type Catalog,
  type CatalogTable,
  type TableName,
  type Where,
} from '../catalog/catalog.ts';
import type { AthenaDeps, QueryCaller } from '../deps.ts';
import { hiveText } from '../ddl/hive-type.ts';
import { tokensOf } from '../ddl/tokens.ts';
import { boundsOf } from '../tables/bounds.ts';
import { openTable } from '../tables/open-table.ts';
import type { QueryProgress, QueryResult } from './query-result.ts';

export type SelectDeps = AthenaDeps & { readonly catalog: Catalog };

export type Select = {
  readonly statement: string;
  readonly parameters: readonly string[];
  /** Of names that say none. */
  readonly database: string;
  readonly where: Where;
  readonly caller: QueryCaller;
  readonly signal: AbortSignal;
  readonly progress: QueryProgress;
  /** Throws to stop a query that reads too much. */
  readonly scanning: (bytes: number) => void;
};

type Opened = { readonly table: SqlTable; readonly release: () => Promise<void> };

const MAX_SECONDS = 1800;
/** Views within views. */
const MOST_DEPTH = 16;

/** Plans a query, opens what it reads, and gives its rows as they come. Throws QueryFailure. */
export async function runSelect(deps: SelectDeps, select: Select): Promise<QueryResult> {
  const opened: Opened[] = [];
  const release = async (): Promise<void> => {
    await Promise.allSettled(opened.splice(0).map((one) => one.release()));
  };
  try {
    const plan = await planOf(deps, select, { opened, depth: 0 });
    const rows = deps.sql.run(plan, { signal: select.signal, maxSeconds: MAX_SECONDS });
    return { columns: plan.columns, rows: failing(rows), form: 'csv', release };
  } catch (error) {
    await release();
    throw failureOf(error);
  }
}

/** Columns of a query, without reading anything. Throws QueryFailure. */
export async function columnsOf(
  deps: SelectDeps,
  select: Pick<Select, 'statement' | 'database' | 'where'>,
): Promise<readonly SqlColumn[]> {
  const tables = await tablesOf(deps, select);
  const found = new Map<string, SqlTable>();
  for (const { name, table } of tables) {
    if ('view' in table) found.set(name, table);
    else if (table.kind === 'view') found.set(name, { view: 'unknown', columns: table.definition.columns });
    else found.set(name, { view: 'unknown', columns: declared(table) });
  }
  try {
    const plan = await deps.sql.plan(select.statement, (name) => found.get(name.join('.')), {
      dialect: 'athena',
    });
    return plan.columns;
  } catch (error) {
    throw failureOf(error);
  }
}

function declared({ definition }: CatalogTable & { kind: 'table' }): SqlColumn[] {
  return [...definition.columns, ...definition.partitionedBy].map(({ name, type }) => ({
    name,
    type: hiveText(type),
  }));
}

type Nesting = { readonly opened: Opened[]; readonly depth: number };

async function planOf(deps: SelectDeps, select: Select, nesting: Nesting) {
  const found = new Map<string, SqlTable>();
  for (const { name, parts, table } of await tablesOf(deps, select)) {
    if ('view' in table) {
      found.set(name, table);
      continue;
    }
    select.signal.throwIfAborted();
    const opened = await openNamed(deps, select, { parts, table, nesting });
    nesting.opened.push(opened);
    found.set(name, opened.table);
  }
  const { parameters, statement } = select;
  return deps.sql.plan(statement, (name) => found.get(name.join('.')), {
    dialect: 'athena',
    parameters: parameters.length > 0 ? parameters : undefined,
  });
}

type Named = { readonly parts: readonly string[]; readonly table: CatalogTable; readonly nesting: Nesting };

async function openNamed(
  deps: SelectDeps,
  select: Select,
  { parts, table, nesting }: Named,
): Promise<Opened> {
  if (table.kind === 'view') {
    if (nesting.depth >= MOST_DEPTH) throw userFailure(`The view ${table.name} is nested too deeply.`);
    const { select: statement, database } = table.definition;
    const inner = { ...select, statement, database, parameters: [] };
    const plan = await planOf(deps, inner, { ...nesting, depth: nesting.depth + 1 });
    return deps.logFiles.openPlan(plan);
  }
  const bounds = boundsOf(select.statement, (name) => sameName(name, parts), select.parameters);
  const opened = await openTable(deps, {
    table,
    bounds,
    needed: mentioned(select.statement),
    caller: select.caller,
    signal: select.signal,
    scanning: select.scanning,
  });
  return { table: { view: opened.view, columns: opened.columns }, release: opened.release };
}

/** As one statement writes a name in several ways, so may another mention be meant: then no bound is taken for granted. */
function sameName(name: readonly string[], parts: readonly string[]): boolean {
  return name.at(-1) === parts.at(-1);
}

/** Every name in a statement: whatever column it looks at is among them. Undefined where it takes all there are. */
function mentioned(statement: string): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  const tokens = tokensOf(statement);
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind === 'word' || kind === 'double' || kind === 'backtick') names.add(text.toLowerCase());
    const before = tokens[index - 1];
    const isCount = before?.text === '(' && tokens[index - 2]?.text.toLowerCase() === 'count';
    const isTimes = before !== undefined && ['number', 'string', 'double'].includes(before.kind);
    if (kind === 'symbol' && text === '*' && !isCount && !isTimes) return undefined;
  }
  return names;
}

type Resolved = {
  readonly name: string;
  readonly parts: readonly string[];
  readonly table: CatalogTable | SqlTable;
};

/** What a statement's names stand for. Throws QueryFailure for one that stands for nothing. */
async function tablesOf(
  deps: SelectDeps,
  { statement, database, where }: Pick<Select, 'statement' | 'database' | 'where'>,
): Promise<readonly Resolved[]> {
  const resolved: Resolved[] = [];
  for (const parts of await named(deps, statement)) {
    const name = tableName(parts, database);
    const table =
      name.database === FEDERATED_DATABASE
        ? (await deps.federated(where)).find((store) => store.name === name.name)?.table
        : await deps.catalog.table(where, name);
    if (table === undefined)
      throw userFailure(
        `TABLE_NOT_FOUND: Table '${CATALOG.toLowerCase()}.${name.database}.${name.name}' does not exist`,
        1301,
      );
    resolved.push({ name: parts.join('.'), parts, table });
  }
  return resolved;
}

async function named(deps: SelectDeps, statement: string): Promise<readonly (readonly string[])[]> {
  try {
    return await deps.sql.tables(statement);
  } catch (error) {
    throw failureOf(error);
  }
}

function tableName(parts: readonly string[], database: string): TableName {
  const own = parts.length === 3 ? parts.slice(1) : parts;
  if (parts.length > 3 || (parts.length === 3 && parts[0] !== CATALOG.toLowerCase()))
    throw userFailure(`CATALOG_NOT_FOUND: line 1:1: Catalog '${parts[0] ?? ''}' does not exist`);
  const [first = '', second] = own;
  return second === undefined ? { database, name: first } : { database: first, name: second };
}

async function* failing<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    throw failureOf(error);
  }
}

/** In Athena's words, as far as it has any. */
function failureOf(error: unknown): unknown {
  if (error instanceof AwsError) {
    if (error.status === 403) return userFailure(`PERMISSION_DENIED: ${error.message}`, 1003);
    if (error.status < 500) return userFailure(`${error.code}: ${error.message}`);
    return systemFailure(`${error.code}: ${error.message}`, error);
  }
  if (!(error instanceof OpentrailError)) return error;
  switch (error.code) {
    case 'INVALID_SQL':
      return userFailure(`SYNTAX_ERROR: ${error.message}`, 1006);
    case 'SQL_FAILED':
      return userFailure(error.message, 1009);
    case 'SQL_TIMEOUT':
      return userFailure('Query timeout', 1008);
    case 'BAD_FILE':
      return userFailure(`HIVE_CURSOR_ERROR: ${error.message}`, 1006);
    default:
      return systemFailure(messageOf(error), error);
  }
}
