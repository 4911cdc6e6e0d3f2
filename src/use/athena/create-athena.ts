import type { Operation } from '../../aws/operation.ts';
import { createCatalog } from './catalog/catalog.ts';
import type { AthenaDeps } from './deps.ts';
import { athenaOperation, type Handle, type OperationDeps } from './operations/athena-operation.ts';
import * as metadata from './operations/metadata.ts';
import * as queries from './operations/named-queries.ts';
import * as executions from './operations/query-executions.ts';
import * as tags from './operations/tags.ts';
import * as workGroups from './operations/work-groups.ts';
import { createExecutions, failInterrupted } from './run/executions.ts';

export type Athena = {
  readonly operations: readonly Operation[];
  readonly stop: () => Promise<void>;
};

const TABLE: Readonly<Record<string, Handle>> = {
  StartQueryExecution: executions.startQueryExecution,
  GetQueryExecution: executions.getQueryExecution,
  BatchGetQueryExecution: executions.batchGetQueryExecution,
  StopQueryExecution: executions.stopQueryExecution,
  ListQueryExecutions: executions.listQueryExecutions,
  GetQueryResults: executions.getQueryResults,
  GetQueryRuntimeStatistics: executions.getQueryRuntimeStatistics,
  CreateWorkGroup: workGroups.createWorkGroup,
  GetWorkGroup: workGroups.getWorkGroup,
  ListWorkGroups: workGroups.listWorkGroups,
  UpdateWorkGroup: workGroups.updateWorkGroup,
  DeleteWorkGroup: workGroups.deleteWorkGroup,
  CreateNamedQuery: queries.createNamedQuery,
  GetNamedQuery: queries.getNamedQuery,
  BatchGetNamedQuery: queries.batchGetNamedQuery,
  ListNamedQueries: queries.listNamedQueries,
  UpdateNamedQuery: queries.updateNamedQuery,
  DeleteNamedQuery: queries.deleteNamedQuery,
  CreatePreparedStatement: queries.createPreparedStatement,
  GetPreparedStatement: queries.getPreparedStatement,
  BatchGetPreparedStatement: queries.batchGetPreparedStatement,
  ListPreparedStatements: queries.listPreparedStatements,
  UpdatePreparedStatement: queries.updatePreparedStatement,
  DeletePreparedStatement: queries.deletePreparedStatement,
  ListDataCatalogs: metadata.listDataCatalogs,
  GetDataCatalog: metadata.getDataCatalog,
  ListEngineVersions: metadata.listEngineVersions,
  ListDatabases: metadata.listDatabases,
  GetDatabase: metadata.getDatabase,
  ListTableMetadata: metadata.listTableMetadata,
  GetTableMetadata: metadata.getTableMetadata,
  TagResource: tags.tagResource,
  UntagResource: tags.untagResource,
  ListTagsForResource: tags.listTagsForResource,
};

/** Operations that are served. */
export const ATHENA_OPERATIONS: readonly string[] = Object.keys(TABLE);

/** Athena: SQL over log files where they lie. */
export async function createAthena(given: AthenaDeps): Promise<Athena> {
  await failInterrupted(given);
  const catalog = createCatalog(given.settings);
  const running = createExecutions({ ...given, catalog });
  const deps: OperationDeps = { ...given, catalog, executions: running };
  return {
    operations: Object.entries(TABLE).map(([name, handle]) => athenaOperation(deps, name, handle)),
    stop: running.stop,
  };
}
