import { createHash } from 'node:crypto';

import { z } from 'zod';

import type { CallContext } from '../../../aws/operation.ts';
import { AwsError } from '../../../aws/errors.ts';
import { firstPage, keyOfToken, tokenOfKey } from '../../../aws/page-token.ts';
import { OpentrailError } from '../../../base/errors.ts';
import type { SqlColumn } from '../../../store/contract.ts';
import { invalidRequest, malformed, notBuilt } from '../athena-errors.ts';
import { CATALOG, DEFAULT_DATABASE } from '../catalog/catalog.ts';
import { parseDdl } from '../ddl/parse-ddl.ts';
import { readLocation } from '../ddl/parse-table.ts';
import { statementTypeOf } from '../ddl/statement.ts';
import type { Statistics } from '../run/executions.ts';
import { columnInfo, readCsv, readLines } from '../run/result-file.ts';
import { resultWish } from '../run/result-wish.ts';
import type { ExecutionRow, WorkGroupRow } from '../settings.ts';
import {
  badToken,
  checked,
  name,
  nextToken,
  own,
  queryId,
  requestToken,
  statement,
  workGroupArn,
  type Handle,
  type OperationDeps,
} from './athena-operation.ts';
import { configurationOf, ENGINE, findWorkGroup, PRIMARY, resultConfiguration } from './work-groups.ts';

const startShape = {
  QueryString: statement,
  ClientRequestToken: requestToken.optional(),
  QueryExecutionContext: z
    .object({
      Database: z.string().min(1).max(255).optional(),
      Catalog: z.string().min(1).max(256).optional(),
    })
    .optional(),
  ResultConfiguration: resultConfiguration.optional(),
  WorkGroup: name.optional(),
  ExecutionParameters: z.array(z.string().min(1).max(1024)).min(1).optional(),
  ResultReuseConfiguration: z
    .object({
      ResultReuseByAgeConfiguration: z
        .object({ Enabled: z.boolean(), MaxAgeInMinutes: z.number().int().min(0).max(10_080).optional() })
        .optional(),
    })
    .optional(),
};

type Start = z.output<z.ZodObject<typeof startShape>>;

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html */
export const startQueryExecution: Handle = async (deps, input, context) => {
  const read = checked(startShape, input);
  const workgroup = read.WorkGroup ?? PRIMARY;
  context.authorize('athena:StartQueryExecution', workGroupArn(context, workgroup));
  const catalog = read.QueryExecutionContext?.Catalog;
  if (catalog !== undefined && catalog.toLowerCase() !== CATALOG.toLowerCase())
    throw invalidRequest(`The data catalog ${catalog} does not exist; there is ${CATALOG}.`);
  const group = await findWorkGroup(deps, context, workgroup);
  if (group.state !== 'ENABLED') throw invalidRequest('WorkGroup is disabled.');
  if (read.ResultReuseConfiguration?.ResultReuseByAgeConfiguration?.Enabled === true)
    throw notBuilt('the reuse of results');
  const known = await byToken(deps, read, context);
  if (known !== undefined) return { QueryExecutionId: known };
  const kind = await kindOf(deps, read.QueryString);
  const row = executionOf(deps, read, { context, group, kind });
  await checkOutput(deps, row, context);
  await deps.settings.insertInto('athena_executions').values(row).execute();
  deps.executions.enqueue({
    row,
    caller: context,
    database: (read.QueryExecutionContext?.Database ?? DEFAULT_DATABASE).toLowerCase(),
    parameters: read.ExecutionParameters ?? [],
    mostBytes: configurationOf(group).BytesScannedCutoffPerQuery,
  });
  return { QueryExecutionId: row.id };
};

/** The same token is the same query, if it asks the same. */
async function byToken(
  { settings }: OperationDeps,
  read: Start,
  context: CallContext,
): Promise<string | undefined> {
  if (read.ClientRequestToken === undefined) return undefined;
  const row = await settings
    .selectFrom('athena_executions')
    .select(['id', 'fingerprint'])
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .where('token', '=', read.ClientRequestToken)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (row.fingerprint !== fingerprintOf(read))
    throw invalidRequest('Idempotent parameters do not match', 'IDEMPOTENT_PARAMETER_MISMATCH');
  return row.id;
}

function fingerprintOf(read: Start): string {
  return createHash('sha256').update(JSON.stringify(read)).digest('base64url');
}

type Kind = { readonly type: string; readonly subtype: string; readonly extension: 'csv' | 'txt' };

async function kindOf({ sql }: OperationDeps, query: string): Promise<Kind> {
  const ddl = parseDdl(query);
  if (ddl !== undefined) return { type: statementTypeOf(ddl), subtype: ddl.kind, extension: 'txt' };
  try {
    await sql.tables(query);
  } catch (error) {
    if (error instanceof OpentrailError && error.code === 'INVALID_SQL')
      throw malformed(`Queries of this type are not supported, or it is malformed: ${error.message}`);
    throw error;
  }
  return { type: 'DML', subtype: 'SELECT', extension: 'csv' };
}

type Facts = { readonly context: CallContext; readonly group: WorkGroupRow; readonly kind: Kind };

function executionOf({ newId }: OperationDeps, read: Start, { context, group, kind }: Facts): ExecutionRow {
  const id = newId();
  const configured = configurationOf(group);
  const ofGroup = configured.ResultConfiguration;
  const isEnforced =
    configured.EnforceWorkGroupConfiguration === true && ofGroup?.OutputLocation !== undefined;
  const result = isEnforced ? ofGroup : { ...ofGroup, ...read.ResultConfiguration };
  if (result.OutputLocation === undefined)
    throw invalidRequest(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    );
  const { QueryExecutionContext, ExecutionParameters, ResultReuseConfiguration } = read;
  const { OutputLocation: _, ...rest } = result;
  return {
    ...own(context),
    id,
    workgroup: group.name,
    query: read.QueryString,
    statement_type: kind.type,
    substatement_type: kind.subtype,
    request: JSON.stringify({
      QueryExecutionContext: QueryExecutionContext ?? {},
      ExecutionParameters,
      ResultReuseConfiguration,
      ResultConfiguration: rest,
    }),
    output: `${readLocation(result.OutputLocation)}${id}.${kind.extension}`,
    state: 'QUEUED',
    reason: null,
    error: null,
    submitted_at: context.now,
    started_at: null,
    completed_at: null,
    statistics: '{}',
    columns: '[]',
    token: read.ClientRequestToken ?? null,
    fingerprint: fingerprintOf(read),
  };
}

/** A query whose result cannot be kept is not begun. */
async function checkOutput(
  { buckets }: OperationDeps,
  { output, request }: ExecutionRow,
  context: CallContext,
): Promise<void> {
  try {
    const { kms, expectedOwner } = resultWish(request);
    await buckets.checkPut({ ...placeOf(output), kms, expectedOwner }, context);
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    const { bucket } = placeOf(output);
    throw invalidRequest(
      error.status === 403
        ? `Access denied when writing to location: ${output}: ${error.message}`
        : `Unable to verify/create output bucket ${bucket}: ${error.message}`,
      'INVALID_OUTPUT_LOCATION',
    );
  }
}

function placeOf(location: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(location) ?? [];
  return { bucket, key };
}

async function findExecution(deps: OperationDeps, id: string, context: CallContext): Promise<ExecutionRow> {
  const row = await deps.settings
    .selectFrom('athena_executions')
    .selectAll()
    .where('id', '=', id)
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .executeTakeFirst();
  if (row === undefined)
    throw invalidRequest(`QueryExecution ${id} was not found`, 'QUERY_EXECUTION_NOT_FOUND');
  return row;
}

async function ofCaller(
  deps: OperationDeps,
  id: string,
  { action, context }: { readonly action: string; readonly context: CallContext },
): Promise<ExecutionRow> {
  const row = await findExecution(deps, id, context);
  context.authorize(action, workGroupArn(context, row.workgroup));
  return row;
}

export const getQueryExecution: Handle = async (deps, input, context) => {
  const { QueryExecutionId } = checked({ QueryExecutionId: queryId }, input);
  const row = await ofCaller(deps, QueryExecutionId, { action: 'athena:GetQueryExecution', context });
  return { QueryExecution: shown(row) };
};

export const batchGetQueryExecution: Handle = async (deps, input, context) => {
  const { QueryExecutionIds } = checked({ QueryExecutionIds: z.array(queryId).min(1).max(50) }, input);
  const found: unknown[] = [];
  const missing: unknown[] = [];
  for (const id of QueryExecutionIds) {
    const row = await findExecution(deps, id, context).catch(() => undefined);
    if (row === undefined)
      missing.push({
        QueryExecutionId: id,
        ErrorCode: 'INVALID_INPUT',
        ErrorMessage: `QueryExecution ${id} was not found`,
      });
    else {
      context.authorize('athena:BatchGetQueryExecution', workGroupArn(context, row.workgroup));
      found.push(shown(row));
    }
  }
  return { QueryExecutions: found, UnprocessedQueryExecutionIds: missing };
};

function shown(row: ExecutionRow) {
  const request = JSON.parse(row.request) as Record<string, object | undefined>;
  const { OutputRows: _, OutputBytes: __, ...statistics } = JSON.parse(row.statistics) as Statistics;
  const date = (name: string, time: number | null) => (time === null ? {} : { [name]: new Date(time) });
  return {
    QueryExecutionId: row.id,
    Query: row.query,
    StatementType: row.statement_type,
    SubstatementType: row.substatement_type ?? undefined,
    ResultConfiguration: { ...request['ResultConfiguration'], OutputLocation: row.output },
    ResultReuseConfiguration: request['ResultReuseConfiguration'],
    QueryExecutionContext: request['QueryExecutionContext'],
    ExecutionParameters: request['ExecutionParameters'],
    Status: {
      State: row.state,
      ...(row.reason === null ? {} : { StateChangeReason: row.reason }),
      SubmissionDateTime: new Date(row.submitted_at),
      ...date('CompletionDateTime', row.completed_at),
      ...(row.error === null ? {} : { AthenaError: JSON.parse(row.error) as object }),
    },
    Statistics: { ...statistics, ResultReuseInformation: { ReusedPreviousResult: false } },
    WorkGroup: row.workgroup,
    EngineVersion: ENGINE,
  };
}

export const stopQueryExecution: Handle = async (deps, input, context) => {
  const { QueryExecutionId } = checked({ QueryExecutionId: queryId }, input);
  const row = await ofCaller(deps, QueryExecutionId, { action: 'athena:StopQueryExecution', context });
  // What has ended stays as it ended.
  deps.executions.cancel(row.id);
  return {};
};

export const listQueryExecutions: Handle = async ({ settings }, input, context) => {
  const read = checked(
    {
      NextToken: nextToken.optional(),
      MaxResults: z.number().int().min(0).max(50).optional(),
      WorkGroup: name.optional(),
    },
    input,
  );
  const workgroup = read.WorkGroup ?? PRIMARY;
  context.authorize('athena:ListQueryExecutions', workGroupArn(context, workgroup));
  const most = read.MaxResults || 50;
  let query = settings
    .selectFrom('athena_executions')
    .select(['id', 'submitted_at'])
    .where('account', '=', context.accountId)
    .where('region', '=', context.region)
    .where('workgroup', '=', workgroup);
  if (read.NextToken !== undefined) {
    const [time = '', id = ''] = keyOfToken(read.NextToken, badToken).split(' ');
    query = query.where((is) =>
      is.or([
        is('submitted_at', '<', Number(time)),
        is.and([is('submitted_at', '=', Number(time)), is('id', '<', id)]),
      ]),
    );
  }
  const rows = await query
    .orderBy('submitted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most + 1)
    .execute();
  const { items, next } = firstPage(rows, ({ submitted_at, id }) => `${submitted_at} ${id}`, most);
  return { QueryExecutionIds: items.map(({ id }) => id), NextToken: next };
};

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
export const getQueryResults: Handle = async (deps, input, context) => {
  const read = checked(
    {
      QueryExecutionId: queryId,
      NextToken: nextToken.optional(),
      MaxResults: z.number().int().min(1).max(1000).optional(),
      QueryResultType: z.enum(['DATA_ROWS']).optional(),
    },
    input,
  );
  const row = await ofCaller(deps, read.QueryExecutionId, { action: 'athena:GetQueryResults', context });
  if (row.state !== 'SUCCEEDED') throw notFinished(row);
  const columns = JSON.parse(row.columns) as readonly SqlColumn[];
  const from = read.NextToken === undefined ? 0 : Number(keyOfToken(read.NextToken, badToken));
  if (!Number.isInteger(from) || from < 0) throw badToken();
  const file = Buffer.from(await resultOf(deps, row.output, context));
  const readPage = row.output.endsWith('.csv') ? readCsv : readLines;
  const { rows, next } = readPage(file, from, read.MaxResults ?? 1000);
  return {
    UpdateCount: 0,
    ResultSet: {
      Rows: rows.map((values) => ({
        Data: values.map((value) => (value === null ? {} : { VarCharValue: value })),
      })),
      ResultSetMetadata: { ColumnInfo: columns.map(columnInfo) },
    },
    NextToken: next === undefined ? undefined : tokenOfKey(String(next)),
  };
};

/** The results lie in the bucket, and whoever wants them may read it. */
async function resultOf(
  { buckets }: OperationDeps,
  output: string,
  context: CallContext,
): Promise<Uint8Array> {
  try {
    return await buckets.get(placeOf(output), context);
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    if (error.status === 403)
      throw invalidRequest(
        `You do not seem to have access to the S3 location of your query results: ${error.message}`,
      );
    throw invalidRequest(`Could not find results: ${output}: ${error.message}`);
  }
}

function notFinished({ state, reason }: ExecutionRow) {
  if (state === 'FAILED' || state === 'CANCELLED')
    return invalidRequest(
      `Query did not finish successfully. Final query state: ${state}${reason === null ? '' : `: ${reason}`}`,
      'INVALID_QUERY_EXECUTION_STATE',
    );
  return invalidRequest(
    `Query has not yet finished. Current state: ${state}`,
    'INVALID_QUERY_EXECUTION_STATE',
  );
}

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryRuntimeStatistics.html */
export const getQueryRuntimeStatistics: Handle = async (deps, input, context) => {
  const { QueryExecutionId } = checked({ QueryExecutionId: queryId }, input);
  const action = 'athena:GetQueryRuntimeStatistics';
  const row = await ofCaller(deps, QueryExecutionId, { action, context });
  const { DataScannedInBytes, OutputRows, OutputBytes, ...timeline } = JSON.parse(
    row.statistics,
  ) as Statistics;
  return {
    QueryRuntimeStatistics: {
      Timeline: timeline,
      Rows: { InputBytes: DataScannedInBytes, OutputRows, OutputBytes },
    },
  };
};
