import type { Operation } from '../../aws/operation.ts';
import type { QueuePort, QueueReaderPort } from '../../aws/ports.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { createBells } from './bells.ts';
import { createMessageStore } from './message-store.ts';
import { createMoveTasks } from './move-tasks.ts';
import { attributeOperations } from './operations/attributes.ts';
import { listDeadLetterSourceQueues } from './operations/dead-letters.ts';
import { inFlightOperations } from './operations/in-flight.ts';
import { moveTaskOperations } from './operations/move-tasks.ts';
import { permissionOperations } from './operations/permissions.ts';
import { queueOperations } from './operations/queues.ts';
import { receiveMessage } from './operations/receive.ts';
import { sendOperations } from './operations/send.ts';
import type { SqsParts } from './operations/sqs-operation.ts';
import { tagOperations } from './operations/tags.ts';
import { createQueuePort } from './queue-port.ts';
import { createQueueReader } from './queue-reader.ts';
import { createQueueStore, type SqsSettings } from './queue-store.ts';
import type { Mac } from './receipt.ts';
import { createSequence } from './sequence.ts';

export { sqsMigrations, type SqsTables } from './settings.ts';

export type EmbeddedSqsDeps = {
  /** A file of its own: messages come and go faster than settings do. */
  readonly settings: SqsSettings;
  readonly mac: Mac;
  /** Where others reach us, as the operator said; undefined: as each caller does. */
  readonly publicUrl: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
};

export type EmbeddedSqs = {
  readonly operations: readonly Operation[];
  readonly queues: QueuePort;
  readonly reader: QueueReaderPort;
  /** Moves dead letters from now on. */
  readonly start: () => void;
  /** Answers those who wait for messages; nobody waits from now on. */
  readonly endWaiting: () => void;
  readonly stop: () => Promise<void>;
};

const SWEEP_EVERY = 60_000;

/** Queues, behind the SQS API. */
export async function openEmbeddedSqs(deps: EmbeddedSqsDeps): Promise<EmbeddedSqs> {
  const { settings, mac, publicUrl, clock, log } = deps;
  const { now } = clock;
  const queues = createQueueStore(settings, now);
  const bells = createBells();
  const nextId = createSequence(now, await lastId(settings));
  const messages = createMessageStore({ settings, queues, bells, nextId, now });
  const tasks = createMoveTasks({ settings, queues, bells, nextId, clock, log });
  const parts: SqsParts = { settings, queues, messages, bells, tasks, mac, clock, publicUrl };
  const sweep = async (): Promise<void> => {
    for (const queue of await queues.all()) await messages.expire(queue);
  };
  const sweeping = setInterval(() => {
    sweep().catch((error: unknown) => log.error({ reason: messageOf(error) }, 'queues could not be swept'));
  }, SWEEP_EVERY);
  sweeping.unref();
  return {
    operations: [
      ...queueOperations(parts),
      ...attributeOperations(parts),
      ...permissionOperations(parts),
      ...tagOperations(parts),
      ...sendOperations(parts),
      receiveMessage(parts),
      ...inFlightOperations(parts),
      listDeadLetterSourceQueues(parts),
      ...moveTaskOperations(parts),
    ],
    queues: createQueuePort(parts),
    reader: createQueueReader(parts),
    start: tasks.start,
    endWaiting: bells.silence,
    stop: async () => {
      bells.silence();
      clearInterval(sweeping);
      await tasks.stop();
    },
  };
}

async function lastId(settings: SqsSettings): Promise<string | undefined> {
  const row = await settings
    .selectFrom('sqs_messages')
    .select(({ fn }) => fn.max<string | null>('id').as('id'))
    .executeTakeFirst();
  return row?.id ?? undefined;
}
