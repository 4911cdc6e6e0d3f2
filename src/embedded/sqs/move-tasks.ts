import { randomUUID } from 'node:crypto';

import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { createRounds, type Rounds } from '../../base/rounds.ts';
import type { Bells } from './bells.ts';
import type { Queue } from './queue.ts';
import type { QueueStore, SqsSettings } from './queue-store.ts';
import type { MessageRow, MoveTaskRow } from './settings.ts';
import { noSuchTask, unsupported } from './sqs-errors.ts';

export type MoveTasks = Rounds & {
  /** Begins to move what is in a dead-letter queue. Throws UnsupportedOperation where it moves already. */
  readonly begin: (
    task: Pick<MoveTaskRow, 'source_arn' | 'destination_arn' | 'per_second'>,
  ) => Promise<string>;
  /** The latest first. */
  readonly of: (sourceArn: string) => Promise<readonly MoveTaskRow[]>;
  /** How many it had moved. Throws ResourceNotFoundException, UnsupportedOperation. */
  readonly cancel: (id: string, sourceArn: string) => Promise<number>;
};

export type MoveTasksDeps = {
  readonly settings: SqsSettings;
  readonly queues: QueueStore;
  readonly bells: Bells;
  readonly nextId: () => string;
  readonly clock: Clock;
  readonly log: Logger;
};

const TICK = 1000;
/** Of each task in a round. */
const MOST_AT_ONCE = 500;
const KEPT = 10;

/**
 * Moves dead letters back, a round a second: what is under way goes on after a restart. A message that is moved is a new one, with an id and a
 * time of its own. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
export function createMoveTasks(deps: MoveTasksDeps): MoveTasks {
  const { settings, clock, log } = deps;
  const rounds = createRounds({
    round: async () => {
      const running = await settings
        .selectFrom('sqs_move_tasks')
        .selectAll()
        .where('status', '=', 'RUNNING')
        .execute();
      for (const task of running) await moveSome(deps, task, rounds.stopping);
    },
    onError: (error) => log.error({ reason: messageOf(error) }, 'dead letters could not be moved'),
    tick: TICK,
  });
  const find = (id: string) =>
    settings.selectFrom('sqs_move_tasks').selectAll().where('id', '=', id).executeTakeFirst();
  const of = (sourceArn: string) =>
    settings
      .selectFrom('sqs_move_tasks')
      .selectAll()
      .where('source_arn', '=', sourceArn)
      .orderBy('started_at', 'desc')
      .orderBy('id')
      .limit(KEPT)
      .execute();
  return {
    ...rounds,
    of,
    begin: async (wanted) => {
      const source = await deps.queues.at(wanted.source_arn);
      if ((await of(source.arn)).some(({ status }) => status === 'RUNNING'))
        throw unsupported(
          'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
        );
      const { count } = await settings
        .selectFrom('sqs_messages')
        .where('queue_id', '=', source.id)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      const id = randomUUID();
      const row = { ...wanted, id, started_at: clock.now(), to_move: Number(count) };
      await settings
        .insertInto('sqs_move_tasks')
        .values({ ...row, status: 'RUNNING', moved: 0, failure: '' })
        .execute();
      rounds.wake();
      return id;
    },
    cancel: async (id, sourceArn) => {
      const task = await find(id);
      if (task?.source_arn !== sourceArn) throw noSuchTask();
      if (task.status !== 'RUNNING')
        throw unsupported(`The task is ${task.status}: only active tasks can be cancelled.`);
      await end(settings, id, 'CANCELLED');
      return (await find(id))?.moved ?? task.moved;
    },
  };
}

/** As many as the task may move in a second, or all; ends it when there are no more. */
async function moveSome(deps: MoveTasksDeps, task: MoveTaskRow, stopping: AbortSignal): Promise<void> {
  const { settings, queues } = deps;
  const most = task.per_second === 0 ? MOST_AT_ONCE : task.per_second;
  while (!stopping.aborted) {
    const source = await queues.find(task.source_arn);
    if (source === undefined)
      return end(settings, task.id, 'FAILED', 'AWS.SimpleQueueService.NonExistentQueue');
    const rows = await dueIn(deps, source, most);
    const outcome = await moveRows(deps, task, rows);
    if (outcome === 'homeless') return end(settings, task.id, 'FAILED', 'CouldNotDetermineMessageSource');
    if (outcome === 'cancelled') return;
    if (rows.length < most) return end(settings, task.id, 'COMPLETED');
    if (task.per_second > 0) return;
  }
}

function dueIn({ settings, clock }: MoveTasksDeps, source: Queue, most: number): Promise<MessageRow[]> {
  return settings
    .selectFrom('sqs_messages')
    .selectAll()
    .where('queue_id', '=', source.id)
    .where('visible_at', '<=', clock.now())
    .orderBy('visible_at')
    .orderBy('id')
    .limit(most)
    .execute();
}

async function moveRows(
  deps: MoveTasksDeps,
  task: MoveTaskRow,
  rows: readonly MessageRow[],
): Promise<'moved' | 'cancelled' | 'homeless'> {
  for (const row of rows) {
    const target = await deps.queues.find(task.destination_arn === '' ? row.dead_from : task.destination_arn);
    if (target === undefined) return 'homeless';
    if (!(await moveOne(deps, task, { row, target }))) return 'cancelled';
    deps.bells.ring(target.id);
  }
  return 'moved';
}

/** False: the task was cancelled meanwhile. */
async function moveOne(
  { settings, nextId, clock }: MoveTasksDeps,
  task: MoveTaskRow,
  { row, target }: { readonly row: MessageRow; readonly target: Queue },
): Promise<boolean> {
  return settings.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('sqs_move_tasks')
      .set(({ eb }) => ({ moved: eb('moved', '+', 1) }))
      .where('id', '=', task.id)
      .where('status', '=', 'RUNNING')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    const now = clock.now();
    const moved = {
      queue_id: target.id,
      id: nextId(),
      message_id: randomUUID(),
      sent_at: now,
      visible_at: now,
    };
    await tx
      .updateTable('sqs_messages')
      .set({ ...moved, receives: 0, first_received_at: 0, receipt: '', dead_from: '' })
      .where('id', '=', row.id)
      .execute();
    return true;
  });
}

async function end(
  settings: SqsSettings,
  id: string,
  status: MoveTaskRow['status'],
  failure = '',
): Promise<void> {
  await settings
    .updateTable('sqs_move_tasks')
    .set({ status, failure })
    .where('id', '=', id)
    .where('status', '=', 'RUNNING')
    .execute();
}
