import { z } from 'zod';

import type { CallContext } from '../../../aws/operation.ts';
import { invalidRequest, resourceNotFound } from '../athena-errors.ts';
import type { NamedQueryRow, PreparedStatementRow } from '../settings.ts';
import {
  checked,
  description,
  name,
  nextToken,
  own,
  pageOf,
  queryId,
  requestToken,
  statement,
  workGroupArn,
  type Handle,
  type OperationDeps,
} from './athena-operation.ts';
import { findWorkGroup, PRIMARY } from './work-groups.ts';

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_NamedQuery.html */

const queryName = z.string().min(1).max(128);
const maxResults = z.number().int().min(0).max(50).optional();

export const createNamedQuery: Handle = async (deps, input, context) => {
  const read = checked(
    {
      Name: queryName,
      Description: description.optional(),
      Database: z.string().min(1).max(255),
      QueryString: statement,
      ClientRequestToken: requestToken.optional(),
      WorkGroup: name.optional(),
    },
    input,
  );
  const workgroup = read.WorkGroup ?? PRIMARY;
  context.authorize('athena:CreateNamedQuery', workGroupArn(context, workgroup));
  await findWorkGroup(deps, context, workgroup);
  const row: NamedQueryRow = {
    ...own(context),
    id: deps.newId(),
    workgroup,
    name: read.Name,
    description: read.Description ?? null,
    database: read.Database,
    query: read.QueryString,
    token: read.ClientRequestToken ?? null,
    created_at: context.now,
  };
  const known = await byToken(deps, row);
  if (known !== undefined) return { NamedQueryId: known };
  await deps.settings.insertInto('athena_named_queries').values(row).execute();
  return { NamedQueryId: row.id };
};

async function byToken({ settings }: OperationDeps, row: NamedQueryRow): Promise<string | undefined> {
  if (row.token === null) return undefined;
  const known = await settings
    .selectFrom('athena_named_queries')
    .selectAll()
    .where('account', '=', row.account)
    .where('region', '=', row.region)
    .where('token', '=', row.token)
    .executeTakeFirst();
  if (known === undefined) return undefined;
  const isSame =
    known.query === row.query &&
    known.name === row.name &&
    known.database === row.database &&
    known.workgroup === row.workgroup;
  if (!isSame) throw invalidRequest('Idempotent parameters do not match', 'IDEMPOTENT_PARAMETER_MISMATCH');
  return known.id;
}

async function findQuery(
  { settings }: OperationDeps,
  id: string,
  { action, context }: { readonly action: string; readonly context: CallContext },
): Promise<NamedQueryRow> {
  const row = await settings
    .selectFrom('athena_named_queries')
    .selectAll()
    .where('id', '=', id)
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .executeTakeFirst();
  if (row === undefined) throw invalidRequest(`NamedQuery ${id} was not found`);
  context.authorize(action, workGroupArn(context, row.workgroup));
  return row;
}

function shownQuery(row: NamedQueryRow) {
  return {
    Name: row.name,
    ...(row.description === null ? {} : { Description: row.description }),
    Database: row.database,
    QueryString: row.query,
    NamedQueryId: row.id,
    WorkGroup: row.workgroup,
  };
}

export const getNamedQuery: Handle = async (deps, input, context) => {
  const { NamedQueryId } = checked({ NamedQueryId: queryId }, input);
  return {
    NamedQuery: shownQuery(await findQuery(deps, NamedQueryId, { action: 'athena:GetNamedQuery', context })),
  };
};

export const batchGetNamedQuery: Handle = async (deps, input, context) => {
  const { NamedQueryIds } = checked({ NamedQueryIds: z.array(queryId).min(1).max(50) }, input);
  const found: unknown[] = [];
  const missing: unknown[] = [];
  for (const id of NamedQueryIds) {
    const row = await deps.settings
      .selectFrom('athena_named_queries')
      .selectAll()
      .where('id', '=', id)
      .where('account', '=', context.accountId)
      .where('region', '=', context.region)
      .executeTakeFirst();
    if (row === undefined) {
      missing.push({
        NamedQueryId: id,
        ErrorCode: 'INVALID_INPUT',
        ErrorMessage: `NamedQuery ${id} was not found`,
      });
      continue;
    }
    context.authorize('athena:BatchGetNamedQuery', workGroupArn(context, row.workgroup));
    found.push(shownQuery(row));
  }
  return { NamedQueries: found, UnprocessedNamedQueryIds: missing };
};

export const listNamedQueries: Handle = async ({ settings }, input, context) => {
  const read = checked(
    { NextToken: nextToken.optional(), MaxResults: maxResults, WorkGroup: name.optional() },
    input,
  );
  const workgroup = read.WorkGroup ?? PRIMARY;
  context.authorize('athena:ListNamedQueries', workGroupArn(context, workgroup));
  const rows = await settings
    .selectFrom('athena_named_queries')
    .select('id')
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .where('workgroup', '=', workgroup)
    .orderBy('id')
    .execute();
  const { page, NextToken } = pageOf(rows, ({ id }) => id, {
    NextToken: read.NextToken,
    most: read.MaxResults || 50,
  });
  return { NamedQueryIds: page.map(({ id }) => id), NextToken };
};

export const updateNamedQuery: Handle = async (deps, input, context) => {
  const read = checked(
    {
      NamedQueryId: queryId,
      Name: queryName,
      Description: z.string().max(1024).optional(),
      QueryString: statement,
    },
    input,
  );
  const row = await findQuery(deps, read.NamedQueryId, { action: 'athena:UpdateNamedQuery', context });
  await deps.settings
    .updateTable('athena_named_queries')
    .set({ name: read.Name, query: read.QueryString, description: read.Description ?? row.description })
    .where('id', '=', row.id)
    .execute();
  return {};
};

export const deleteNamedQuery: Handle = async (deps, input, context) => {
  const { NamedQueryId } = checked({ NamedQueryId: queryId }, input);
  const row = await findQuery(deps, NamedQueryId, { action: 'athena:DeleteNamedQuery', context });
  await deps.settings.deleteFrom('athena_named_queries').where('id', '=', row.id).execute();
  return {};
};

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_PreparedStatement.html: kept and given back; EXECUTE is not built. */
const statementName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[a-zA-Z_][a-zA-Z0-9_@:]*$/);

async function findStatement(
  { settings }: OperationDeps,
  { StatementName, WorkGroup }: { readonly StatementName: string; readonly WorkGroup: string },
  context: CallContext,
): Promise<PreparedStatementRow> {
  const row = await settings
    .selectFrom('athena_prepared_statements')
    .selectAll()
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .where('workgroup', '=', WorkGroup)
    .where('name', '=', StatementName)
    .executeTakeFirst();
  if (row === undefined)
    throw resourceNotFound(
      `PreparedStatement ${StatementName} was not found in workGroup ${WorkGroup}`,
      StatementName,
    );
  return row;
}

const statementShape = {
  StatementName: statementName,
  WorkGroup: name,
  QueryStatement: statement,
  Description: description.optional(),
};

export const createPreparedStatement: Handle = async (deps, input, context) => {
  const read = checked(statementShape, input);
  context.authorize('athena:CreatePreparedStatement', workGroupArn(context, read.WorkGroup));
  await findWorkGroup(deps, context, read.WorkGroup);
  const added = await deps.settings
    .insertInto('athena_prepared_statements')
    .values({
      ...own(context),
      workgroup: read.WorkGroup,
      name: read.StatementName,
      statement: read.QueryStatement,
      description: read.Description ?? null,
      modified_at: context.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if ((added.numInsertedOrUpdatedRows ?? 0n) === 0n)
    throw invalidRequest(
      `PreparedStatement ${read.StatementName} already exists in workGroup ${read.WorkGroup}`,
    );
  return {};
};

export const updatePreparedStatement: Handle = async (deps, input, context) => {
  const read = checked(statementShape, input);
  context.authorize('athena:UpdatePreparedStatement', workGroupArn(context, read.WorkGroup));
  const row = await findStatement(deps, read, context);
  await deps.settings
    .updateTable('athena_prepared_statements')
    .set({
      statement: read.QueryStatement,
      description: read.Description ?? row.description,
      modified_at: context.now,
    })
    .where('account', '=', row.account)
    .where('region', '=', row.region)
    .where('workgroup', '=', row.workgroup)
    .where('name', '=', row.name)
    .execute();
  return {};
};

export const deletePreparedStatement: Handle = async (deps, input, context) => {
  const read = checked({ StatementName: statementName, WorkGroup: name }, input);
  context.authorize('athena:DeletePreparedStatement', workGroupArn(context, read.WorkGroup));
  const row = await findStatement(deps, read, context);
  await deps.settings
    .deleteFrom('athena_prepared_statements')
    .where('account', '=', row.account)
    .where('region', '=', row.region)
    .where('workgroup', '=', row.workgroup)
    .where('name', '=', row.name)
    .execute();
  return {};
};

function shownStatement(row: PreparedStatementRow) {
  return {
    StatementName: row.name,
    QueryStatement: row.statement,
    WorkGroupName: row.workgroup,
    ...(row.description === null ? {} : { Description: row.description }),
    LastModifiedTime: new Date(row.modified_at),
  };
}

export const getPreparedStatement: Handle = async (deps, input, context) => {
  const read = checked({ StatementName: statementName, WorkGroup: name }, input);
  context.authorize('athena:GetPreparedStatement', workGroupArn(context, read.WorkGroup));
  return { PreparedStatement: shownStatement(await findStatement(deps, read, context)) };
};

export const batchGetPreparedStatement: Handle = async (deps, input, context) => {
  const read = checked(
    { PreparedStatementNames: z.array(statementName).min(1).max(50), WorkGroup: name },
    input,
  );
  context.authorize('athena:BatchGetPreparedStatement', workGroupArn(context, read.WorkGroup));
  const found: unknown[] = [];
  const missing: unknown[] = [];
  for (const StatementName of read.PreparedStatementNames) {
    try {
      found.push(
        shownStatement(await findStatement(deps, { StatementName, WorkGroup: read.WorkGroup }, context)),
      );
    } catch {
      missing.push({
        StatementName,
        ErrorCode: 'STATEMENT_NOT_FOUND',
        ErrorMessage: `PreparedStatement ${StatementName} was not found`,
      });
    }
  }
  return { PreparedStatements: found, UnprocessedPreparedStatementNames: missing };
};

export const listPreparedStatements: Handle = async (deps, input, context) => {
  const read = checked(
    {
      WorkGroup: name,
      NextToken: nextToken.optional(),
      MaxResults: z.number().int().min(1).max(50).optional(),
    },
    input,
  );
  context.authorize('athena:ListPreparedStatements', workGroupArn(context, read.WorkGroup));
  await findWorkGroup(deps, context, read.WorkGroup);
  const rows = await deps.settings
    .selectFrom('athena_prepared_statements')
    .selectAll()
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .where('workgroup', '=', read.WorkGroup)
    .orderBy('name')
    .execute();
  const { page, NextToken } = pageOf(rows, (row) => row.name, {
    NextToken: read.NextToken,
    most: read.MaxResults ?? 50,
  });
  return {
    PreparedStatements: page.map((row) => ({
      StatementName: row.name,
      LastModifiedTime: new Date(row.modified_at),
    })),
    NextToken,
  };
};
