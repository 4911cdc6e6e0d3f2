import type { SqlCatalog, SqlPlan, SqlPlanOptions } from '../sql-contract.ts';
import { compileQuery } from './compile/query.ts';
import type { Statement } from './compile/context.ts';
import type { Value } from './compile/value.ts';
import { quote } from './compile/value.ts';
import { invalidSql } from './invalid-sql.ts';
import type { Query } from './tree/syntax.ts';
import { typeName } from './types/type.ts';

/** The engine refuses longer ones; a query named by WITH is written out wherever it is read, so a short statement may become long. */
const MOST_TEXT = 1_000_000;

/** The engine's statement for a checked tree. Throws INVALID_SQL. */
export function planStatement(
  query: Query,
  catalog: SqlCatalog,
  dialect?: SqlPlanOptions['dialect'],
): SqlPlan {
  let names = 0;
  let written = 0;
  const statement: Statement = {
    catalog,
    dialect,
    views: new Set(),
    fresh: (prefix) => `${prefix}${++names}`,
    query: (inner, scope) => {
      const relational = compileQuery(statement, inner, scope);
      written += relational.sql.length;
      if (written > 20 * MOST_TEXT) throw tooLarge();
      return relational;
    },
  };
  const { sql, columns } = deepEnough(() =>
    compileQuery(statement, query, { columns: [], parent: undefined, queries: new Map() }),
  );
  const items = columns.map(({ value }) => `${shown(value)} AS ${value.sql}`);
  const whole = `SELECT ${items.join(', ')} FROM (${sql})`;
  const printed = columns.some(({ value }) => shown(value) !== value.sql);
  const text = printed ? whole : sql;
  if (text.length > MOST_TEXT) throw tooLarge();
  return {
    sql: text,
    columns: columns.map((column) => ({ name: column.shown, type: typeName(column.value.type) })),
    emptyIsNull: columns.map(({ value }) => value.absent === true),
    views: [...statement.views],
  };
}

/** What the engine's JSON cannot carry as it is. */
function shown({ sql, type }: Value): string {
  if (type.kind === 'timestamp tz') return `concat(toString(${sql}), ${quote(` ${type.zone}`)})`;
  return type.kind === 'varbinary' ? `hex(${sql})` : sql;
}

const tooLarge = () => invalidSql('the statement is too large once it is written out');

function deepEnough<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RangeError) throw invalidSql('the statement is nested too deeply');
    throw cause;
  }
}
