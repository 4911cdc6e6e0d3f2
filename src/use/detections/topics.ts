import type { Settings } from '../../store/settings/contract.ts';
import type { DetectionTables } from './settings.ts';

export type Topics = {
  readonly get: (account: string) => Promise<string | undefined>;
  /** Undefined: none any more. */
  readonly set: (account: string, topicArn: string | undefined) => Promise<void>;
};

/** To which topic an account's findings are told. */
export function createTopics(settings: Settings<DetectionTables>): Topics {
  return {
    get: async (account) => {
      const row = await settings
        .selectFrom('detection_topics')
        .select('topic_arn')
        .where('account', '=', account)
        .executeTakeFirst();
      return row?.topic_arn;
    },
    set: async (account, topicArn) => {
      if (topicArn === undefined) {
        await settings.deleteFrom('detection_topics').where('account', '=', account).execute();
        return;
      }
      await settings
        .insertInto('detection_topics')
        .values({ account, topic_arn: topicArn })
        .onConflict((conflict) => conflict.column('account').doUpdateSet({ topic_arn: topicArn }))
        .execute();
    },
  };
}
