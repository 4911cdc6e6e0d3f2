import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { countFailures, failures } from '../import-store.ts';
import type { ImportRow } from '../settings.ts';
import type { ImportOperationDeps } from './deps.ts';
import { importOf, invalid, optionalText, pageOf, shown } from './inputs.ts';

const STATUSES = ['INITIALIZING', 'IN_PROGRESS', 'FAILED', 'STOPPED', 'COMPLETED'];

/** What every operation answers about an import. */
export function shownImport(row: ImportRow): Readonly<Record<string, unknown>> {
  return {
    ImportId: row.id,
    Destinations: [row.store_arn],
    ImportSource: {
      S3: {
        S3LocationUri: row.uri,
        S3BucketRegion: row.bucket_region,
        S3BucketAccessRoleArn: row.role_arn,
      },
    },
    ...(row.start_time === null ? {} : { StartEventTime: new Date(row.start_time) }),
    ...(row.end_time === null ? {} : { EndEventTime: new Date(row.end_time) }),
    ImportStatus: row.status,
    CreatedTimestamp: new Date(row.created_at),
    UpdatedTimestamp: new Date(row.updated_at),
  };
}

export async function shownWithStatistics(
  deps: ImportOperationDeps,
  row: ImportRow,
): Promise<OperationOutput> {
  const statistics = {
    PrefixesFound: row.prefixes_found,
    PrefixesCompleted: row.prefixes_completed,
    FilesCompleted: row.files,
    EventsCompleted: row.events,
    FailedEntries: await countFailures(deps, row.id),
  };
  return { output: { ...shownImport(row), ImportStatistics: statistics } };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetImport.html */
export async function getImport(
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  return shownWithStatistics(deps, await importOf(deps, input, context));
}

/** Newest first. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListImports.html */
export async function listImports(
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const { accountId, region } = context;
  const status = optionalText(input, 'ImportStatus');
  if (status !== undefined && !STATUSES.includes(status))
    throw invalid(`ImportStatus must be one of ${STATUSES.join(', ')} (got ${shown(status)}).`);
  const destination = optionalText(input, 'Destination');
  const store =
    destination === undefined
      ? undefined
      : await deps.stores.target(destination, { account: accountId, region }).then(({ arn }) => arn);
  const rows = await deps.settings
    .selectFrom('lake_imports')
    .selectAll()
    .where('account', '=', accountId)
    .where('region', '=', region)
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? ''))
    .$if(store !== undefined, (query) => query.where('store_arn', '=', store ?? ''))
    .execute();
  const newest = rows
    .map((row) => ({ row, key: `${String(8.64e15 - row.created_at).padStart(17, '0')} ${row.id}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const { items, ...next } = pageOf(newest, ({ key }) => key, input);
  const Imports = items.map(({ row }) => ({
    ImportId: row.id,
    ImportStatus: row.status,
    Destinations: [row.store_arn],
    CreatedTimestamp: new Date(row.created_at),
    UpdatedTimestamp: new Date(row.updated_at),
  }));
  return { output: { Imports, ...next } };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListImportFailures.html */
export async function listImportFailures(
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const row = await importOf(deps, input, context);
  const { items, ...next } = pageOf(await failures(deps, row.id), ({ location }) => location, input);
  const Failures = items.map((failure) => ({
    Location: failure.location,
    Status: failure.status,
    ErrorType: failure.error_type,
    ErrorMessage: failure.error_message,
    LastUpdatedTime: new Date(failure.updated_at),
  }));
  return { output: { Failures, ...next } };
}
