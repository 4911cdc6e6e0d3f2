import type { CallContext, Operation, OperationInput, OperationOutput } from '../../../../aws/operation.ts';
import type { ImportOperationDeps } from './deps.ts';
import { getImport, listImportFailures, listImports } from './read-imports.ts';
import { startImport } from './start-import.ts';
import { stopImport } from './stop-import.ts';

type Handle = (
  deps: ImportOperationDeps,
  input: OperationInput,
  context: CallContext,
) => Promise<OperationOutput>;

const TABLE: readonly (readonly [name: string, handle: Handle, resources?: Operation['resources']])[] = [
  ['StartImport', startImport, destinationsOf],
  ['GetImport', getImport],
  ['ListImports', listImports],
  ['ListImportFailures', listImportFailures],
  ['StopImport', stopImport],
];

/** The import operations of `cloudtrail`: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartImport.html */
export function importOperations(deps: ImportOperationDeps): readonly Operation[] {
  return TABLE.map(([name, handle, resources]) => ({
    service: 'cloudtrail',
    name,
    ...(resources === undefined ? {} : { resources }),
    handle: (input, context) => handle(deps, input, context),
  }));
}

/** The store is what policies are asked about. */
function destinationsOf(input: OperationInput): readonly string[] {
  const given: unknown = input['Destinations'];
  const arns = Array.isArray(given)
    ? given.filter((one): one is string => typeof one === 'string' && one.startsWith('arn:'))
    : [];
  return arns.length === 0 ? ['*'] : arns;
}
