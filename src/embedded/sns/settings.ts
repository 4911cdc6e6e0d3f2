import type { Kysely } from 'kysely';

import type { MigrationSet } from '../../store/settings/contract.ts';
import { createTable } from '../../store/settings/create-table.ts';

/** Times are milliseconds since the epoch; booleans are 0/1. */
export type SnsTables = {
  sns_topics: TopicRow;
  sns_tags: { topic_arn: string; key: string; value: string };
  sns_subscriptions: SubscriptionRow;
  sns_messages: MessageRow;
  sns_deliveries: DeliveryRow;
  sns_signing_keys: SigningKeyRow;
  /** Tokens under which something was published, and when. */
  sns_published: { token: string; at: number };
};

export type TopicRow = {
  arn: string;
  account: string;
  region: string;
  name: string;
  created_at: number;
  /** JSON text, as it was put, or AWS's default. */
  policy: string;
  display_name: string;
  /** '1' or '2'. */
  signature_version: string;
  /** Whether the version was ever set: AWS shows it only then. */
  signature_version_set: number;
  /** JSON text as it was put; null: AWS's default. */
  delivery_policy: string | null;
  subscriptions_deleted: number;
};

export type SubscriptionRow = {
  /** The last part of its ARN, a UUID. */
  id: string;
  topic_arn: string;
  protocol: string;
  endpoint: string;
  /** Account of whoever subscribed it, and his ARN. */
  owner: string;
  principal: string;
  created_at: number;
  /** left: by an unsubscribe link, and may come back by the link that it was answered with. */
  state: 'pending' | 'confirmed' | 'left';
  left_at: number | null;
  /** Confirmed by its owner's signature. */
  authenticated: number;
  authenticate_on_unsubscribe: number;
  raw: number;
  filter_policy: string | null;
  filter_scope: 'MessageAttributes' | 'MessageBody';
  redrive_policy: string | null;
  delivery_policy: string | null;
};

/** What was published, until nobody waits for it any more. */
export type MessageRow = {
  id: string;
  topic_arn: string;
  subject: string | null;
  message: string;
  /** 1: the message is JSON with a text for each protocol. */
  structured: number;
  /** JSON of `{NAME: {Type, Value}}`. */
  attributes: string;
  published_at: number;
};

/** One message on its way to one subscription. */
export type DeliveryRow = {
  /** Sorts by time. */
  id: string;
  subscription_id: string;
  kind: 'notification' | 'confirmation' | 'unsubscribe' | 'redrive';
  /** As the receiver sees it; of notifications the id of the row in `sns_messages`. */
  message_id: string;
  created_at: number;
  /** Failed ones so far. */
  attempts: number;
  next_at: number;
};

export type SigningKeyRow = {
  /** In hex; part of the certificate's address. */
  fingerprint: string;
  /** PEM. */
  certificate: string;
  /** PKCS#8 PEM, sealed with the master key. */
  sealed_private_key: string;
  valid_from: number;
  /** No signature is made later; the certificate is valid longer. */
  sign_until: number;
};

export const snsMigrations: MigrationSet = {
  '2026-11-29-sns-topics': {
    up: async (db) => {
      await createTable(db, 'sns_topics', {
        arn: 'text key',
        account: 'text',
        region: 'text',
        name: 'text',
        created_at: 'integer',
        policy: 'text',
        display_name: 'text',
        signature_version: 'text',
        signature_version_set: 'integer',
        delivery_policy: 'text null',
        subscriptions_deleted: 'integer',
      });
      await index(db, 'sns_topics_by_account', { on: 'sns_topics', columns: ['account', 'region', 'arn'] });
      await createTable(db, 'sns_tags', { topic_arn: 'text', key: 'text', value: 'text' });
      await index(db, 'sns_tags_by_topic', { on: 'sns_tags', columns: ['topic_arn', 'key'], unique: true });
    },
  },
  '2026-11-29-sns-subscriptions': {
    up: async (db) => {
      await createTable(db, 'sns_subscriptions', {
        id: 'text key',
        topic_arn: 'text',
        protocol: 'text',
        endpoint: 'text',
        owner: 'text',
        principal: 'text',
        created_at: 'integer',
        state: 'text',
        left_at: 'integer null',
        authenticated: 'integer',
        authenticate_on_unsubscribe: 'integer',
        raw: 'integer',
        filter_policy: 'text null',
        filter_scope: 'text',
        redrive_policy: 'text null',
        delivery_policy: 'text null',
      });
      const on = 'sns_subscriptions';
      const endpoint = ['topic_arn', 'protocol', 'endpoint'];
      await index(db, 'sns_subscriptions_by_endpoint', { on, columns: endpoint, unique: true });
      await index(db, 'sns_subscriptions_by_owner', { on, columns: ['owner', 'id'] });
    },
  },
  '2026-11-29-sns-deliveries': {
    up: async (db) => {
      await createTable(db, 'sns_messages', {
        id: 'text key',
        topic_arn: 'text',
        subject: 'text null',
        message: 'text',
        structured: 'integer',
        attributes: 'text',
        published_at: 'integer',
      });
      await createTable(db, 'sns_deliveries', {
        id: 'text key',
        subscription_id: 'text',
        kind: 'text',
        message_id: 'text',
        created_at: 'integer',
        attempts: 'integer',
        next_at: 'integer',
      });
      const on = 'sns_deliveries';
      await index(db, 'sns_deliveries_due', { on, columns: ['subscription_id', 'next_at', 'id'] });
      await index(db, 'sns_deliveries_by_message', { on, columns: ['message_id'] });
    },
  },
  '2026-11-29-sns-signing-keys': {
    up: async (db) => {
      await createTable(db, 'sns_signing_keys', {
        fingerprint: 'text key',
        certificate: 'text',
        sealed_private_key: 'text',
        valid_from: 'integer',
        sign_until: 'integer',
      });
    },
  },
  '2026-11-30-sns-published': {
    up: async (db) => {
      await createTable(db, 'sns_published', { token: 'text key', at: 'integer' });
    },
  },
};

async function index(
  db: Kysely<unknown>,
  name: string,
  {
    on,
    columns,
    unique = false,
  }: { readonly on: string; readonly columns: readonly string[]; readonly unique?: boolean },
): Promise<void> {
  const made = db.schema
    .createIndex(name)
    .on(on)
    .columns([...columns]);
  await (unique ? made.unique() : made).execute();
}
