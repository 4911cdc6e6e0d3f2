import type { CallContext, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import { endImport, findImport } from '../import-store.ts';
import type { ImportOperationDeps } from './deps.ts';
import { importOf, invalid } from './inputs.ts';
import { shownWithStatistics } from './read-imports.ts';

/** Answers once nothing more is written. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopImport.html */
export async function stopImport(
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
): Promise<OperationOutput> {
  const row = await importOf(deps, input, context);
  if (!(await endImport(deps, row.id, 'STOPPED')))
    throw invalid(`The import ${row.id} is ${row.status}: only one that is under way can be stopped.`);
  await deps.halt(row.id);
  return shownWithStatistics(deps, (await findImport(deps, row.id)) ?? row);
}
