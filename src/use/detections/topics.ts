import type { Settings } from '../../store/settings/contract.ts';
import type { DetectionTables } from './settings.ts';

export type FindingsTopic = {
  readonly arn: string;
  /** Milliseconds; undefined: never yet. */
  readonly triedAt: number | undefined;
  /** Code of the error, where the last attempt failed. */
  readonly failure: string | undefined;
};

export type Topics = {
  readonly get: (account: string) => Promise<FindingsTopic | undefined>;
  /** Undefined: none any more. */
  readonly set: (account: string, topicArn: string | undefined) => Promise<void>;
  readonly tried: (account: string, failure: string | undefined) => Promise<void>;
};

/** To which topic an account's findings are told. */
export function createTopics(settings: Settings<DetectionTables>, now: () => number): Topics {
  return {
    get: async (account) => {
      const row = await settings
        .selectFrom('detection_topics')
        .selectAll()
        .where('account', '=', account)
        .executeTakeFirst();
      return (
        row && { arn: row.topic_arn, triedAt: row.tried_at ?? undefined, failure: row.failure ?? undefined }
      );
    },
    set: async (account, topicArn) => {
      await settings.transaction().execute(async (tx) => {
        await tx.deleteFrom('detection_topics').where('account', '=', account).execute();
        if (topicArn === undefined) return;
        const row = { account, topic_arn: topicArn, tried_at: null, failure: null };
        await tx.insertInto('detection_topics').values(row).execute();
      });
    },
    tried: async (account, failure) => {
      await settings
        .updateTable('detection_topics')
        .set({ tried_at: now(), failure: failure ?? null })
        .where('account', '=', account)
        .execute();
    },
  };
}
