import { accountOfArn } from '../../aws/arn.ts';
import type { RecordResource, ResourceQuestion } from './record-resource.ts';
import { s3Resources } from './s3-resources.ts';
import { RESOURCE_ROWS, type ResourceRow } from './resource-rows.ts';
import { fill } from './template.ts';

const MOST = 1000;

/**
 * The record's `resources[]`: ARNs of what the call was about, by which event selectors choose data events. For the services whose real records
 * have them; a call on several objects names each. Undefined when the record has none.
 */
export function recordResources(
  service: string,
  question: ResourceQuestion,
): readonly RecordResource[] | undefined {
  const found = service === 's3' ? s3Resources(question) : byRows(RESOURCE_ROWS.get(service), question);
  if (found.length > 0) return found.length > MOST ? found.slice(0, MOST) : found;
  return question.dataType === undefined ? undefined : [{ type: question.dataType }];
}

function byRows(
  rows: readonly ResourceRow[] | undefined,
  question: ResourceQuestion,
): readonly RecordResource[] {
  if (rows === undefined) return [];
  const found = new Map<string, RecordResource>();
  for (const row of rows) {
    if (row.dataEvents && question.dataType === undefined) continue;
    if (row.operations !== undefined && !row.operations.test(question.operation)) continue;
    addRow(found, row, question);
  }
  return [...found.values()];
}

/** The first template that gives anything names the row's resources. */
function addRow(found: Map<string, RecordResource>, row: ResourceRow, question: ResourceQuestion): void {
  for (const one of row.arns) {
    const arns = fill(one, question);
    for (const arn of arns) {
      if (!arn.startsWith('arn:') || row.matches?.test(arn) === false) continue;
      if (!found.has(arn)) found.set(arn, resourceOf(row, arn, question.account));
    }
    if (arns.length > 0) return;
  }
}

function resourceOf({ type, owner }: ResourceRow, arn: string, account: string): RecordResource {
  const accountId = accountOfArn(arn) || (owner === 'arn' ? undefined : account);
  return { accountId, type, ARN: arn };
}
