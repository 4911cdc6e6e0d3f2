import type { SqlCatalog, SqlEngine, SqlPlanOptions } from '../sql-contract.ts';
import { createParser } from './parse/parser.ts';
import { planStatement } from './plan-statement.ts';
import { createRunner } from './run/stream-rows.ts';
import { tablesOf } from './tables-of.ts';

export type ClickHouseSql = SqlEngine & { readonly stop: () => Promise<void> };

/** SQL on the engine (or server) at this URL. Nothing is loaded or connected before the first statement. */
export function createSqlEngine(url: string): ClickHouseSql {
  const parser = createParser();
  const runner = createRunner(url);
  return {
    tables: async (statement) => tablesOf(await parser.parse(statement, { anyParameters: true })),
    plan: async (statement: string, catalog: SqlCatalog, options: SqlPlanOptions = {}) => {
      const { dialect, parameters } = options;
      const query = await parser.parse(statement, { parameters, quotedParameters: dialect === 'lake' });
      return planStatement(query, catalog, dialect);
    },
    run: runner.run,
    stop: async () => {
      await Promise.all([parser.stop(), runner.stop()]);
    },
  };
}
