import type { MigrationSet } from '../../store/settings/contract.ts';

/** Times are milliseconds since the epoch. */
export type SqsTables = {
  sqs_queues: QueueRow;
  sqs_messages: MessageRow;
  sqs_deduplications: DeduplicationRow;
  sqs_move_tasks: MoveTaskRow;
};

export type QueueRow = {
  /** A number of its own, so that a queue made anew under an old name has none of the old messages. */
  id: string;
  arn: string;
  account: string;
  region: string;
  name: string;
  created_at: number;
  changed_at: number;
  /** JSON of the attributes that were set, by AWS's names. */
  attributes: string;
  /** JSON of `{KEY: VALUE}`. */
  tags: string;
};

export type MessageRow = {
  /** Sorts by time; the sequence number of FIFO queues. */
  id: string;
  queue_id: string;
  message_id: string;
  body: string;
  /** JSON of `{NAME: {Type, Value}}`; '' for none. */
  attributes: string;
  /** AWSTraceHeader; '' for none. */
  trace: string;
  /** Principal id of the sender. */
  sender: string;
  sent_at: number;
  /** From then on it may be received. */
  visible_at: number;
  receives: number;
  first_received_at: number;
  /** Of the last receive: what its receipt handle must say; '' before the first. */
  receipt: string;
  /** ARN of the queue that it came from as a dead letter; '' for none. */
  dead_from: string;
  /** Of FIFO queues; '' elsewhere. */
  group_id: string;
  deduplication_id: string;
};

/** What a FIFO queue took in the last five minutes. */
export type DeduplicationRow = {
  queue_id: string;
  key: string;
  message_id: string;
  sequence: string;
  expires_at: number;
};

export type MoveTaskRow = {
  id: string;
  source_arn: string;
  /** '' : each to the queue that it came from. */
  destination_arn: string;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  started_at: number;
  moved: number;
  to_move: number;
  /** 0: as fast as can be. */
  per_second: number;
  failure: string;
};

export const sqsMigrations: MigrationSet = {
  '2026-11-30-sqs-queues': {
    up: async (db) => {
      await db.schema
        .createTable('sqs_queues')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('arn', 'text', (c) => c.notNull().unique())
        .addColumn('account', 'text', (c) => c.notNull())
        .addColumn('region', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('created_at', 'integer', (c) => c.notNull())
        .addColumn('changed_at', 'integer', (c) => c.notNull())
        .addColumn('attributes', 'text', (c) => c.notNull())
        .addColumn('tags', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('sqs_messages')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('queue_id', 'text', (c) => c.notNull())
        .addColumn('message_id', 'text', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('attributes', 'text', (c) => c.notNull())
        .addColumn('trace', 'text', (c) => c.notNull())
        .addColumn('sender', 'text', (c) => c.notNull())
        .addColumn('sent_at', 'integer', (c) => c.notNull())
        .addColumn('visible_at', 'integer', (c) => c.notNull())
        .addColumn('receives', 'integer', (c) => c.notNull())
        .addColumn('first_received_at', 'integer', (c) => c.notNull())
        .addColumn('receipt', 'text', (c) => c.notNull())
        .addColumn('dead_from', 'text', (c) => c.notNull())
        .addColumn('group_id', 'text', (c) => c.notNull())
        .addColumn('deduplication_id', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createIndex('sqs_messages_due')
        .on('sqs_messages')
        .columns(['queue_id', 'visible_at', 'id'])
        .execute();
      await db.schema
        .createIndex('sqs_messages_old')
        .on('sqs_messages')
        .columns(['queue_id', 'sent_at'])
        .execute();
      await db.schema
        .createIndex('sqs_messages_grouped')
        .on('sqs_messages')
        .columns(['queue_id', 'group_id', 'visible_at'])
        .where('group_id', '<>', '')
        .execute();
    },
  },
  '2026-11-30-sqs-remembered': {
    up: async (db) => {
      await db.schema
        .createTable('sqs_deduplications')
        .addColumn('queue_id', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('message_id', 'text', (c) => c.notNull())
        .addColumn('sequence', 'text', (c) => c.notNull())
        .addColumn('expires_at', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('sqs_deduplications_key', ['queue_id', 'key'])
        .execute();
      await db.schema
        .createTable('sqs_move_tasks')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('source_arn', 'text', (c) => c.notNull())
        .addColumn('destination_arn', 'text', (c) => c.notNull())
        .addColumn('status', 'text', (c) => c.notNull())
        .addColumn('started_at', 'integer', (c) => c.notNull())
        .addColumn('moved', 'integer', (c) => c.notNull())
        .addColumn('to_move', 'integer', (c) => c.notNull())
        .addColumn('per_second', 'integer', (c) => c.notNull())
        .addColumn('failure', 'text', (c) => c.notNull())
        .execute();
    },
  },
};
