import { z } from 'zod';

import type { CallContext } from '../../../aws/operation.ts';
import { invalidRequest, metadataNotFound } from '../athena-errors.ts';
import { CATALOG, FEDERATED_DATABASE } from '../catalog/catalog.ts';
import { tableMetadata } from '../catalog/show.ts';
import type { FederatedStore } from '../deps.ts';
import {
  catalogArn,
  checked,
  name,
  nextToken,
  own,
  pageOf,
  type Handle,
  type OperationDeps,
} from './athena-operation.ts';
import { ENGINE } from './work-groups.ts';

/** The one catalog, its databases and tables: https://docs.aws.amazon.com/athena/latest/APIReference/API_DataCatalog.html */

const catalogName = z.string().min(1).max(256);
const databaseName = z.string().min(1).max(128);
const WorkGroup = name.optional();
const maxResults = z.number().int().min(1).max(50).optional();

function checkCatalog(given: string): void {
  if (given.toLowerCase() !== CATALOG.toLowerCase())
    throw metadataNotFound(`The data catalog ${given} does not exist; there is ${CATALOG}.`);
}

export const listDataCatalogs: Handle = async (_deps, input, context) => {
  checked(
    { NextToken: nextToken.optional(), MaxResults: z.number().int().min(2).max(50).optional(), WorkGroup },
    input,
  );
  context.authorize('athena:ListDataCatalogs', '*');
  return { DataCatalogsSummary: [{ CatalogName: CATALOG, Type: 'GLUE' }] };
};

export const getDataCatalog: Handle = async (_deps, input, context) => {
  const read = checked({ Name: catalogName, WorkGroup }, input);
  context.authorize('athena:GetDataCatalog', catalogArn(context, read.Name));
  if (read.Name.toLowerCase() !== CATALOG.toLowerCase())
    throw invalidRequest(`DataCatalog ${read.Name} was not found`);
  return {
    DataCatalog: { Name: CATALOG, Type: 'GLUE', Parameters: { 'catalog-id': context.accountId } },
  };
};

export const listEngineVersions: Handle = async (_deps, input, context) => {
  checked({ NextToken: nextToken.optional(), MaxResults: z.number().int().min(1).max(10).optional() }, input);
  context.authorize('athena:ListEngineVersions', '*');
  const version = ENGINE.EffectiveEngineVersion;
  return { EngineVersions: [ENGINE, { SelectedEngineVersion: version, EffectiveEngineVersion: version }] };
};

type Database = { readonly Name: string; readonly Description?: string };

async function databasesOf(deps: OperationDeps, context: CallContext): Promise<readonly Database[]> {
  const kept = (await deps.catalog.databases(own(context))).map(({ name: Name, description }) => ({
    Name,
    ...(description === null ? {} : { Description: description }),
  }));
  const stores = await deps.federated(own(context));
  if (stores.length === 0) return kept;
  const shown = { Name: FEDERATED_DATABASE, Description: 'Event data stores with federation enabled' };
  return [...kept, shown].sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

export const listDatabases: Handle = async (deps, input, context) => {
  const read = checked(
    { CatalogName: catalogName, NextToken: nextToken.optional(), MaxResults: maxResults, WorkGroup },
    input,
  );
  context.authorize('athena:ListDatabases', catalogArn(context, read.CatalogName));
  checkCatalog(read.CatalogName);
  const { page, NextToken } = pageOf(await databasesOf(deps, context), ({ Name }) => Name, {
    NextToken: read.NextToken,
    most: read.MaxResults ?? 50,
  });
  return { DatabaseList: page, NextToken };
};

export const getDatabase: Handle = async (deps, input, context) => {
  const read = checked({ CatalogName: catalogName, DatabaseName: databaseName, WorkGroup }, input);
  context.authorize('athena:GetDatabase', catalogArn(context, read.CatalogName));
  checkCatalog(read.CatalogName);
  return { Database: await findDatabase(deps, read.DatabaseName, context) };
};

async function findDatabase(deps: OperationDeps, wanted: string, context: CallContext): Promise<Database> {
  const found = (await databasesOf(deps, context)).find(({ Name }) => Name === wanted.toLowerCase());
  if (found === undefined) throw metadataNotFound(`Database ${wanted} not found.`);
  return found;
}

type Metadata = { readonly Name: string } & Readonly<Record<string, unknown>>;

async function tablesOf(
  deps: OperationDeps,
  database: string,
  context: CallContext,
): Promise<readonly Metadata[]> {
  const { Name } = await findDatabase(deps, database, context);
  if (Name === FEDERATED_DATABASE) return (await deps.federated(own(context))).map(federatedMetadata);
  return (await deps.catalog.tables(own(context), Name)).map(tableMetadata);
}

function federatedMetadata({ name: Name, table }: FederatedStore): Metadata {
  return {
    Name,
    TableType: 'EXTERNAL_TABLE',
    Columns: table.columns.map((column) => ({ Name: column.name, Type: column.type })),
    PartitionKeys: [],
    Parameters: {},
  };
}

export const listTableMetadata: Handle = async (deps, input, context) => {
  const read = checked(
    {
      CatalogName: catalogName,
      DatabaseName: databaseName,
      Expression: z.string().max(256).optional(),
      NextToken: nextToken.optional(),
      MaxResults: maxResults,
      WorkGroup,
    },
    input,
  );
  context.authorize('athena:ListTableMetadata', catalogArn(context, read.CatalogName));
  checkCatalog(read.CatalogName);
  const matches = matching(read.Expression);
  const tables = (await tablesOf(deps, read.DatabaseName, context)).filter(({ Name }) => matches(Name));
  const { page, NextToken } = pageOf(tables, ({ Name }) => Name, {
    NextToken: read.NextToken,
    most: read.MaxResults ?? 50,
  });
  return { TableMetadataList: page, NextToken };
};

/** A regular expression, of which only what cannot take long is understood: letters, digits, `.`, `*`, `|`. */
function matching(expression: string | undefined): (name: string) => boolean {
  if (expression === undefined || expression === '') return () => true;
  if (!/^[\w.*|:-]+$/.test(expression))
    throw invalidRequest(
      `Opentrail does not support the expression ${expression}: only letters, digits, . * |`,
    );
  const alternatives = expression
    .split('|')
    .map((one) => new RegExp(`^${one.replace(/\.?\*+/g, '.*').replace(/(?:\.\*)+/g, '.*')}$`, 'i'));
  return (name) => alternatives.some((one) => one.test(name));
}

export const getTableMetadata: Handle = async (deps, input, context) => {
  const read = checked(
    {
      CatalogName: catalogName,
      DatabaseName: databaseName,
      TableName: z.string().min(1).max(128),
      WorkGroup,
    },
    input,
  );
  context.authorize('athena:GetTableMetadata', catalogArn(context, read.CatalogName));
  checkCatalog(read.CatalogName);
  const tables = await tablesOf(deps, read.DatabaseName, context);
  const found = tables.find(({ Name }) => Name === read.TableName.toLowerCase());
  if (found === undefined)
    throw metadataNotFound(`Table ${read.TableName} not found in database ${read.DatabaseName}.`);
  return { TableMetadata: found };
};
