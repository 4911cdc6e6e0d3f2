import { randomUUID } from 'node:crypto';

import type { PolicyDocument } from '../../aws/operation.ts';
import type { Settings } from '../../store/settings/contract.ts';
import type { Queue } from './queue.ts';
import { readRedrivePolicy } from './redrive-policy.ts';
import type { QueueRow, SqsTables } from './settings.ts';
import { noSuchQueue } from './sqs-errors.ts';

export type SqsSettings = Settings<SqsTables>;

export type QueueStore = {
  readonly find: (arn: string) => Promise<Queue | undefined>;
  /** Throws QueueDoesNotExist. */
  readonly at: (arn: string) => Promise<Queue>;
  readonly create: (
    queue: Pick<QueueRow, 'arn' | 'account' | 'region' | 'name'>,
    given: QueueContent,
  ) => Promise<void>;
  /** Reads and writes in one go, so that of two changes at once none is lost. Throws QueueDoesNotExist, and what `how` throws. */
  readonly change: (arn: string, how: (queue: Queue) => Partial<QueueContent>) => Promise<void>;
  /** With all that is in it. */
  readonly remove: (arn: string) => Promise<void>;
  /** Of an account in a region, by name after `after`. */
  readonly list: (where: {
    readonly account: string;
    readonly region: string;
    readonly prefix: string;
    readonly after: string;
    readonly limit: number;
  }) => Promise<readonly Queue[]>;
  readonly all: () => Promise<readonly Queue[]>;
  /** Whose dead letters go there. */
  readonly sourcesOf: (arn: string) => Promise<readonly Queue[]>;
};

type QueueContent = Pick<Queue, 'attributes' | 'tags'>;

const MOST_REMEMBERED = 10_000;

/** Queues are few and asked for with every message: what was read is remembered until any of them changes. */
export function createQueueStore(settings: SqsSettings, now: () => number): QueueStore {
  const remembered = new Map<string, Queue>();
  const rows = () => settings.selectFrom('sqs_queues').selectAll();
  const find = async (arn: string): Promise<Queue | undefined> => {
    const known = remembered.get(arn);
    if (known !== undefined) return known;
    const row = await rows().where('arn', '=', arn).executeTakeFirst();
    if (row === undefined) return undefined;
    const queue = queueOf(row);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(arn, queue);
    return queue;
  };
  return {
    find,
    at: async (arn) => {
      const queue = await find(arn);
      if (queue === undefined) throw noSuchQueue();
      return queue;
    },
    ...writes(settings, now, (arn) => remembered.delete(arn)),
    list: async ({ account, region, prefix, after, limit }) => {
      const found = await rows()
        .where('account', '=', account)
        .where('region', '=', region)
        .where('name', '>=', prefix)
        .where('name', '<', `${prefix}\uffff`)
        .where('name', '>', after)
        .orderBy('name')
        .limit(limit)
        .execute();
      return found.map(queueOf);
    },
    all: async () => (await rows().execute()).map(queueOf),
    sourcesOf: async (arn) => {
      const found = await rows().where('attributes', 'like', '%"RedrivePolicy"%').orderBy('name').execute();
      return found.map(queueOf).filter(({ redrive }) => redrive?.deadLetterTargetArn === arn);
    },
  };
}

/** `forget`: what was read of that queue holds no more. */
function writes(
  settings: SqsSettings,
  now: () => number,
  forget: (arn: string) => void,
): Pick<QueueStore, 'create' | 'change' | 'remove'> {
  return {
    create: async (queue, { attributes, tags }) => {
      const time = now();
      await settings
        .insertInto('sqs_queues')
        .values({
          ...queue,
          id: randomUUID(),
          created_at: time,
          changed_at: time,
          ...textsOf({ attributes, tags }),
        })
        .execute();
    },
    change: async (arn, how) => {
      await settings.transaction().execute(async (tx) => {
        const row = await tx.selectFrom('sqs_queues').selectAll().where('arn', '=', arn).executeTakeFirst();
        if (row === undefined) throw noSuchQueue();
        const queue = queueOf(row);
        const changed = textsOf({ ...queue, ...how(queue) });
        await tx
          .updateTable('sqs_queues')
          .set({ ...changed, changed_at: now() })
          .where('arn', '=', arn)
          .execute();
      });
      forget(arn);
    },
    remove: async (arn) => {
      await settings.transaction().execute(async (tx) => {
        const id = tx.selectFrom('sqs_queues').select('id').where('arn', '=', arn);
        await tx.deleteFrom('sqs_messages').where('queue_id', 'in', id).execute();
        await tx.deleteFrom('sqs_deduplications').where('queue_id', 'in', id).execute();
        await tx.deleteFrom('sqs_move_tasks').where('source_arn', '=', arn).execute();
        await tx.deleteFrom('sqs_queues').where('arn', '=', arn).execute();
      });
      forget(arn);
    },
  };
}

function textsOf({ attributes, tags }: QueueContent) {
  return { attributes: JSON.stringify(attributes), tags: JSON.stringify(tags) };
}

function queueOf(row: QueueRow): Queue {
  const attributes = JSON.parse(row.attributes) as Record<string, string>;
  const { Policy: policy, RedrivePolicy: redrive } = attributes;
  return {
    ...row,
    attributes,
    tags: JSON.parse(row.tags) as Record<string, string>,
    policy: policy === undefined ? undefined : (JSON.parse(policy) as PolicyDocument),
    redrive: redrive === undefined ? undefined : readRedrivePolicy(redrive, row),
  };
}
