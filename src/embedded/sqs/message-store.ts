import { randomBytes, randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import type { Bells } from './bells.ts';
import { sendOrdered, type Ordering } from './fifo.ts';
import type { Message } from './message.ts';
import { createMessageWriter } from './message-writer.ts';
import { isFifo } from './queue-address.ts';
import { numberOf, type Counts } from './queue-attributes.ts';
import type { Queue } from './queue.ts';
import type { QueueStore, SqsSettings } from './queue-store.ts';
import type { Receipt } from './receipt.ts';
import { sentOf, type Sent } from './sent.ts';
import type { MessageRow } from './settings.ts';

/** A message on its way into a queue. */
export type Outgoing = {
  readonly message: Message;
  /** Seconds; default the queue's. */
  readonly delay?: number | undefined;
  readonly sender: string;
  /** Of FIFO queues only. */
  readonly ordering?: Ordering | undefined;
};

export type MessageStore = {
  /** Resolves once they survive the process, all or none. */
  readonly send: (queue: Queue, messages: readonly Outgoing[]) => Promise<readonly Sent[]>;
  /** Up to `most` that are due; those received too often go to the dead-letter queue instead. */
  readonly receive: (
    queue: Queue,
    how: { readonly most: number; readonly visibility: number },
  ) => Promise<readonly MessageRow[]>;
  /** When the next of those that are there may be received, ms. */
  readonly nextVisible: (queue: Queue) => Promise<number | undefined>;
  /** The ids of those that were there under their receipts, and are not any more. */
  readonly delete: (given: readonly Pick<Receipt, 'id' | 'receipt'>[]) => Promise<ReadonlySet<string>>;
  readonly has: (id: string) => Promise<boolean>;
  /** Seconds from now; false for what is not in flight under this receipt. */
  readonly hide: (id: string, receipt: string, seconds: number) => Promise<boolean>;
  readonly purge: (queue: Queue) => Promise<void>;
  readonly count: (queue: Queue) => Promise<Counts>;
  /** Forgets what has been kept for as long as its queue keeps it. */
  readonly expire: (queue: Queue) => Promise<void>;
};

export type MessageStoreDeps = {
  readonly settings: SqsSettings;
  readonly queues: QueueStore;
  readonly bells: Bells;
  readonly nextId: () => string;
  readonly now: () => number;
};

export function createMessageStore(deps: MessageStoreDeps): MessageStore {
  const { settings, bells, now } = deps;
  const writer = createMessageWriter(settings);
  const of = (queue: Queue) => settings.selectFrom('sqs_messages').where('queue_id', '=', queue.id);
  return {
    send: async (queue, messages) => {
      const rows = messages.map((one) => rowOf(deps, queue, one));
      const sent = isFifo(queue.name)
        ? await sendOrdered(deps, queue, rows)
        : await writer.write(rows).then(() => rows.map(sentOf));
      bells.ring(queue.id);
      return sent;
    },
    receive: (queue, how) => receive(deps, queue, how),
    nextVisible: async (queue) => {
      const row = await of(queue)
        .select('visible_at')
        .where('visible_at', '>', now())
        .orderBy('visible_at')
        .limit(1)
        .executeTakeFirst();
      return row?.visible_at;
    },
    ...inFlight(deps),
    purge: async (queue) => {
      await settings.deleteFrom('sqs_messages').where('queue_id', '=', queue.id).execute();
    },
    count: async (queue) => count(deps, queue),
    expire: async (queue) => {
      await settings
        .deleteFrom('sqs_messages')
        .where('queue_id', '=', queue.id)
        .where('sent_at', '<=', keptSince(queue, now()))
        .execute();
      await settings.deleteFrom('sqs_deduplications').where('expires_at', '<=', now()).execute();
    },
  };
}

/** What its receiver does with one message. */
function inFlight({ settings, bells, now }: MessageStoreDeps): Pick<MessageStore, 'delete' | 'has' | 'hide'> {
  return {
    delete: async (given) => {
      const removed = new Set<string>();
      // Mostly one: what was received together has the same.
      for (const receipt of new Set(given.map((one) => one.receipt))) {
        const ids = given.filter((one) => one.receipt === receipt).map(({ id }) => id);
        const rows = await settings
          .deleteFrom('sqs_messages')
          .where('id', 'in', ids)
          .where('receipt', '=', receipt)
          .returning('id')
          .execute();
        rows.forEach(({ id }) => removed.add(id));
      }
      return removed;
    },
    has: async (id) => {
      const row = await settings
        .selectFrom('sqs_messages')
        .select('id')
        .where('id', '=', id)
        .executeTakeFirst();
      return row !== undefined;
    },
    hide: async (id, receipt, seconds) => {
      const time = now();
      const changed = await settings
        .updateTable('sqs_messages')
        .set({ visible_at: time + seconds * 1000 })
        .where('id', '=', id)
        .where('receipt', '=', receipt)
        .where('visible_at', '>', time)
        .returning('queue_id')
        .executeTakeFirst();
      // Others may wait for what was given back.
      if (changed !== undefined) bells.ring(changed.queue_id);
      return changed !== undefined;
    },
  };
}

function rowOf({ nextId, now }: MessageStoreDeps, queue: Queue, outgoing: Outgoing): MessageRow {
  const { message, sender, delay, ordering } = outgoing;
  const time = now();
  return {
    id: nextId(),
    queue_id: queue.id,
    message_id: randomUUID(),
    body: message.body,
    attributes: Object.keys(message.attributes).length === 0 ? '' : JSON.stringify(message.attributes),
    trace: message.trace,
    sender,
    sent_at: time,
    visible_at: time + (delay ?? numberOf(queue, 'DelaySeconds')) * 1000,
    receives: 0,
    first_received_at: 0,
    receipt: '',
    dead_from: '',
    group_id: ordering?.groupId ?? '',
    deduplication_id: ordering?.deduplicationId ?? '',
  };
}

function keptSince(queue: Queue, now: number): number {
  return now - numberOf(queue, 'MessageRetentionPeriod') * 1000;
}

async function receive(
  { settings, queues, bells, now }: MessageStoreDeps,
  queue: Queue,
  { most, visibility }: { readonly most: number; readonly visibility: number },
): Promise<readonly MessageRow[]> {
  const deadLetters = queue.redrive && (await queues.find(queue.redrive.deadLetterTargetArn));
  const mostReceives =
    deadLetters && queue.redrive ? queue.redrive.maxReceiveCount : Number.POSITIVE_INFINITY;
  let buried = 0;
  const received = await settings.transaction().execute(async (tx) => {
    for (;;) {
      const found = await due(tx, queue, { most, now: now() });
      const dead = found.filter(({ receives }) => receives >= mostReceives);
      if (dead.length === 0 || deadLetters === undefined) return take(tx, found, { visibility, now: now() });
      buried += dead.length;
      await tx
        .updateTable('sqs_messages')
        .set({ queue_id: deadLetters.id, visible_at: now(), receipt: '', dead_from: queue.arn })
        .where(
          'id',
          'in',
          dead.map(({ id }) => id),
        )
        .execute();
    }
  });
  if (buried > 0 && deadLetters !== undefined) bells.ring(deadLetters.id);
  return received;
}

/** FIFO: in order, and of a group nothing while an earlier one of it is in flight. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html */
function due(
  tx: SqsSettings,
  queue: Queue,
  { most, now }: { readonly most: number; readonly now: number },
): Promise<MessageRow[]> {
  const kept = tx
    .selectFrom('sqs_messages as m')
    .selectAll()
    .where('m.queue_id', '=', queue.id)
    .where('m.sent_at', '>', keptSince(queue, now))
    .limit(most);
  if (!isFifo(queue.name))
    return kept.where('m.visible_at', '<=', now).orderBy('m.visible_at').orderBy('m.id').execute();
  return kept
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('sqs_messages as b')
            .select('b.id')
            .where('b.queue_id', '=', queue.id)
            .where('b.group_id', '<>', '')
            .where('b.visible_at', '>', now)
            .where('b.sent_at', '>', keptSince(queue, now))
            .whereRef('b.group_id', '=', 'm.group_id'),
        ),
      ),
    )
    .orderBy('m.id')
    .execute();
}

async function take(
  tx: SqsSettings,
  found: readonly MessageRow[],
  { visibility, now }: { readonly visibility: number; readonly now: number },
): Promise<readonly MessageRow[]> {
  if (found.length === 0) return found;
  const receipt = randomBytes(12).toString('base64url');
  await tx
    .updateTable('sqs_messages')
    .set({
      visible_at: now + visibility * 1000,
      receives: sql`receives + 1`,
      first_received_at: sql`case first_received_at when 0 then ${now} else first_received_at end`,
      receipt,
    })
    .where(
      'id',
      'in',
      found.map(({ id }) => id),
    )
    .execute();
  return found.map((row) => ({
    ...row,
    receives: row.receives + 1,
    first_received_at: row.first_received_at === 0 ? now : row.first_received_at,
    receipt,
  }));
}

async function count({ settings, now }: MessageStoreDeps, queue: Queue): Promise<Counts> {
  const time = now();
  const { total, hidden, delayed } = await settings
    .selectFrom('sqs_messages')
    .where('queue_id', '=', queue.id)
    .where('sent_at', '>', keptSince(queue, time))
    .select(({ fn }) => [
      fn.countAll<number>().as('total'),
      fn.sum<number | null>(sql`case when visible_at > ${time} then 1 else 0 end`).as('hidden'),
      fn
        .sum<number | null>(sql`case when visible_at > ${time} and receives = 0 then 1 else 0 end`)
        .as('delayed'),
    ])
    .executeTakeFirstOrThrow();
  return {
    visible: Number(total) - Number(hidden ?? 0),
    inFlight: Number(hidden ?? 0) - Number(delayed ?? 0),
    delayed: Number(delayed ?? 0),
  };
}
