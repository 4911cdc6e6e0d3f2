import { z } from 'zod';

import { accountOfArn } from '../../../aws/arn.ts';
import type { CallContext, Operation, OperationInput } from '../../../aws/operation.ts';
import type { MoveTaskRow } from '../settings.ts';
import { isQueueArn } from '../queue-address.ts';
import { invalidValue, missingParameter, noSuchTask } from '../sqs-errors.ts';
import { numberIn, readInput, tagKeys, type SqsParts } from './sqs-operation.ts';

/** Dead letters on their way back. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
export function moveTaskOperations(parts: SqsParts): readonly Operation[] {
  return [startTask(parts), listTasks(parts), cancelTask(parts)];
}

/** Who moves, receives and deletes there and sends here: asked of the caller's policies as in AWS. */
function onSource({ queues }: SqsParts, arnOf: (input: OperationInput) => Promise<string> | string) {
  return {
    service: 'sqs',
    resourceAccount: async (input: OperationInput) => accountOfArn(await arnOf(input)),
    conditionKeys: async (input: OperationInput) => tagKeys({}, await queues.find(await arnOf(input))),
  } as const;
}

/** Throws MissingParameter, InvalidParameterValue. */
function sourceOf(input: OperationInput): string {
  const { SourceArn: arn } = input;
  if (arn === undefined) throw missingParameter('SourceArn');
  if (!isQueueArn(arn))
    throw invalidValue(
      'Value for parameter SourceArn is invalid. Reason: You must use this format to specify the SourceArn: arn:<partition>:<service>:<region>:<account-id>:<resource-id>',
    );
  return arn;
}

function startTask(parts: SqsParts): Operation {
  const { queues, tasks } = parts;
  return {
    ...onSource(parts, sourceOf),
    name: 'StartMessageMoveTask',
    resources: (input) => [sourceOf(input)],
    handle: async (input, context) => {
      const shape = {
        SourceArn: z.string(),
        DestinationArn: z.string().optional(),
        MaxNumberOfMessagesPerSecond: z.number().optional(),
      };
      const { SourceArn, DestinationArn = '', MaxNumberOfMessagesPerSecond: rate } = readInput(shape, input);
      const perSecond = numberIn('MaxNumberOfMessagesPerSecond', rate, { least: 1, most: 500 }) ?? 0;
      const source = await queues.at(SourceArn);
      const sources = await queues.sourcesOf(source.arn);
      if (sources.length === 0) throw invalidValue('Source queue must be configured as a Dead Letter Queue.');
      const named = DestinationArn === '' ? sources.map(({ arn }) => arn) : [DestinationArn];
      await authorizeMove(parts, context, { source: source.arn, destinations: named });
      if (DestinationArn !== '') await queues.at(DestinationArn);
      const id = await tasks.begin({
        source_arn: source.arn,
        destination_arn: DestinationArn,
        per_second: perSecond,
      });
      return { output: { TaskHandle: handleOf(id, source.arn) } };
    },
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html#sqs-configure-dead-letter-queue-redrive-permissions */
async function authorizeMove(
  { queues }: SqsParts,
  context: CallContext,
  { source, destinations }: { readonly source: string; readonly destinations: readonly string[] },
): Promise<void> {
  const ask = async (action: string, arn: string) => {
    const resourcePolicy = (await queues.find(arn))?.policy;
    context.authorize(action, arn, { resourcePolicy, resourceAccount: accountOfArn(arn) });
  };
  for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])
    await ask(action, source);
  for (const destination of destinations) await ask('sqs:SendMessage', destination);
}

function listTasks(parts: SqsParts): Operation {
  return {
    ...onSource(parts, sourceOf),
    name: 'ListMessageMoveTasks',
    resources: (input) => [sourceOf(input)],
    handle: async (input) => {
      const { SourceArn, MaxResults } = readInput(
        { SourceArn: z.string(), MaxResults: z.number().default(1) },
        input,
      );
      const limit = numberIn('MaxResults', MaxResults, { least: 1, most: 10 }) ?? 1;
      await parts.queues.at(SourceArn);
      const found = await parts.tasks.of(SourceArn);
      return { output: { Results: found.slice(0, limit).map(shownTask) } };
    },
  };
}

function shownTask(row: MoveTaskRow) {
  return {
    ...(row.status === 'RUNNING' ? { TaskHandle: handleOf(row.id, row.source_arn) } : {}),
    Status: row.status,
    SourceArn: row.source_arn,
    ...(row.destination_arn === '' ? {} : { DestinationArn: row.destination_arn }),
    ...(row.per_second === 0 ? {} : { MaxNumberOfMessagesPerSecond: row.per_second }),
    ApproximateNumberOfMessagesMoved: row.moved,
    ApproximateNumberOfMessagesToMove: row.to_move,
    ...(row.failure === '' ? {} : { FailureReason: row.failure }),
    StartedTimestamp: row.started_at,
  };
}

function cancelTask(parts: SqsParts): Operation {
  const arnOf = (input: OperationInput) => readHandle(input['TaskHandle']).sourceArn;
  return {
    ...onSource(parts, arnOf),
    name: 'CancelMessageMoveTask',
    resources: (input) => [arnOf(input)],
    handle: async (input) => {
      const { id, sourceArn } = readHandle(input['TaskHandle']);
      return { output: { ApproximateNumberOfMessagesMoved: await parts.tasks.cancel(id, sourceArn) } };
    },
  };
}

function handleOf(id: string, sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString('base64');
}

/** Throws MissingParameter, ResourceNotFoundException. */
function readHandle(handle: unknown): { readonly id: string; readonly sourceArn: string } {
  if (handle === undefined) throw missingParameter('TaskHandle');
  try {
    const { taskId, sourceArn } = JSON.parse(Buffer.from(String(handle), 'base64').toString()) as Record<
      string,
      unknown
    >;
    if (typeof taskId === 'string' && isQueueArn(sourceArn)) return { id: taskId, sourceArn };
  } catch {
    // Said below.
  }
  throw noSuchTask();
}
