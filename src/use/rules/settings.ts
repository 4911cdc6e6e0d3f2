import type { Kysely } from 'kysely';

import type { MigrationSet, Settings } from '../../store/settings/contract.ts';
import { createTable } from '../../store/settings/create-table.ts';

/** Times are milliseconds since the epoch. */
export type BusRow = {
  arn: string;
  account: string;
  region: string;
  name: string;
  description: string | null;
  /** JSON. */
  policy: string | null;
  created_at: number;
  modified_at: number;
};

export type RuleRow = {
  /** Ours: a rule that is made anew under the same name has another. */
  id: string;
  arn: string;
  account: string;
  region: string;
  bus: string;
  name: string;
  /** JSON, as it was put. */
  pattern: string | null;
  schedule: string | null;
  state: string;
  description: string | null;
  role_arn: string | null;
  created_by: string;
  /** When a schedule fires next; null: it has none, or never will. */
  due_at: number | null;
};

export type TargetRow = {
  rule_id: string;
  id: string;
  arn: string;
  /** JSON of the target as it was put. */
  target: string;
};

export type ConnectionRow = {
  arn: string;
  account: string;
  region: string;
  name: string;
  description: string | null;
  state: string;
  kind: string;
  /** JSON of what may be shown. */
  shown: string;
  /** JSON of all parameters, sealed with the master key. */
  sealed: string;
  state_reason: string | null;
  created_at: number;
  modified_at: number;
  authorized_at: number | null;
};

export type ApiDestinationRow = {
  arn: string;
  account: string;
  region: string;
  name: string;
  description: string | null;
  connection_arn: string;
  endpoint: string;
  method: string;
  rate: number;
  created_at: number;
  modified_at: number;
};

/** An event that is on its way to some target. */
export type EventRow = {
  id: number;
  body: string;
  accepted_at: number;
  /** 1: it came from another bus, and goes to no third. */
  forwarded: number;
};

/** `first`: never tried · `retry`: failed before · `dead`: on its way to the dead-letter queue. */
export type DeliveryState = 'first' | 'retry' | 'dead';

export type DeliveryRow = {
  /** Of deliveries, not of events: in the order of acceptance. */
  id: number;
  event_id: number;
  rule_id: string;
  target_id: string;
  /** Of the rule, as it was: rules may be gone. */
  rule_arn: string;
  state: DeliveryState;
  created_at: number;
  attempts: number;
  next_at: number;
  error_code: string | null;
  error: string | null;
  /** Why it is not tried any more. */
  exhausted: string | null;
  /** For dead ones: failed tries of the queue. */
  dead_attempts: number;
};

/** One row: which entry of the journal was looked at last, and the next number for events and deliveries. */
export type ProgressRow = { id: number; seq: number; next_id: number };

export type RuleTables = {
  event_buses: BusRow;
  event_rules: RuleRow;
  event_targets: TargetRow;
  event_tags: { arn: string; key: string; value: string };
  event_connections: ConnectionRow;
  event_api_destinations: ApiDestinationRow;
  event_queue_events: EventRow;
  event_queue: DeliveryRow;
  event_progress: ProgressRow;
};

export type RuleSettings = Settings<RuleTables>;

export const ruleMigrations: MigrationSet = {
  '2026-11-30-event-rules': {
    up: async (db) => {
      const owned = { account: 'text', region: 'text', name: 'text', description: 'text null' } as const;
      await createTable(db, 'event_buses', {
        arn: 'text key',
        ...owned,
        policy: 'text null',
        created_at: 'integer',
        modified_at: 'integer',
      });
      await createTable(db, 'event_rules', {
        id: 'text key',
        arn: 'text',
        ...owned,
        bus: 'text',
        pattern: 'text null',
        schedule: 'text null',
        state: 'text',
        role_arn: 'text null',
        created_by: 'text',
        due_at: 'integer null',
      });
      await unique(db, 'event_rules', ['arn']);
      await createTable(db, 'event_targets', { rule_id: 'text', id: 'text', arn: 'text', target: 'text' });
      await unique(db, 'event_targets', ['rule_id', 'id']);
      await createTable(db, 'event_tags', { arn: 'text', key: 'text', value: 'text' });
      await unique(db, 'event_tags', ['arn', 'key']);
    },
  },
  '2026-11-30-event-queue': {
    up: async (db) => {
      await createTable(db, 'event_queue_events', {
        id: 'integer key',
        body: 'text',
        accepted_at: 'integer',
        forwarded: 'integer',
      });
      await createTable(db, 'event_queue', {
        id: 'integer key',
        event_id: 'integer',
        rule_id: 'text',
        target_id: 'text',
        rule_arn: 'text',
        state: 'text',
        created_at: 'integer',
        attempts: 'integer',
        next_at: 'integer',
        error_code: 'text null',
        error: 'text null',
        exhausted: 'text null',
        dead_attempts: 'integer',
      });
      const lane = ['rule_id', 'target_id', 'state'];
      for (const [name, columns] of [
        ['event_queue_in_order', [...lane, 'id']],
        ['event_queue_when_due', [...lane, 'next_at']],
        ['event_queue_by_event', ['event_id']],
      ] as const)
        await db.schema
          .createIndex(name)
          .on('event_queue')
          .columns([...columns])
          .execute();
      await createTable(db, 'event_progress', { id: 'integer key', seq: 'integer', next_id: 'integer' });
    },
  },
  '2026-11-30-event-api-destinations': {
    up: async (db) => {
      const owned = {
        arn: 'text key',
        account: 'text',
        region: 'text',
        name: 'text',
        description: 'text null',
        created_at: 'integer',
        modified_at: 'integer',
      } as const;
      await createTable(db, 'event_connections', {
        ...owned,
        state: 'text',
        kind: 'text',
        shown: 'text',
        sealed: 'text',
        state_reason: 'text null',
        authorized_at: 'integer null',
      });
      await unique(db, 'event_connections', ['account', 'region', 'name']);
      await createTable(db, 'event_api_destinations', {
        ...owned,
        connection_arn: 'text',
        endpoint: 'text',
        method: 'text',
        rate: 'integer',
      });
      await unique(db, 'event_api_destinations', ['account', 'region', 'name']);
    },
  },
};

async function unique(db: Kysely<unknown>, on: string, columns: readonly string[]): Promise<void> {
  await db.schema
    .createIndex(`${on}_by_${columns.join('_')}`)
    .on(on)
    .columns([...columns])
    .unique()
    .execute();
}
