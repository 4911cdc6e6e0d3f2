import type { ServiceSource, TopicPort } from '../../aws/ports.ts';
import { letsService } from '../../aws/policy/lets-service.ts';
import { enqueueMessages } from './delivery-queue.ts';
import { readMessage, type Message } from './message.ts';
import type { SnsParts } from './operations/sns-operation.ts';
import type { TopicRow } from './settings.ts';
import { noSuchTopic, notAuthorized } from './sns-errors.ts';
import { findTopic } from './topic-store.ts';

/** The embedded topics as other parts of Opentrail publish to them: in process, and only what the topic's policy grants to the service. */
export function createTopicPort({
  settings,
  clock,
  wake,
}: Pick<SnsParts, 'settings' | 'clock' | 'wake'>): TopicPort {
  const check: (asked: Parameters<TopicPort['checkPublish']>[0]) => Promise<TopicRow> = async ({
    topicArn,
    source,
  }) => {
    const topic = await findTopic(settings, topicArn);
    if (topic === undefined) throw noSuchTopic();
    if (!letsService(topic.policy, { action: 'sns:Publish', resource: topicArn }, source, ownerOf(source)))
      throw notAuthorized(
        `${source.service} is not authorized to perform: SNS:Publish on resource: ${topicArn} for ${source.arn}`,
      );
    return topic;
  };
  return {
    checkPublish: async (asked) => {
      await check(asked);
    },
    publish: async ({ topicArn, message, subject, attributes = {}, source, token }) => {
      const topic = await check({ topicArn, source });
      const read: Message = { ...readMessage({ Message: message, Subject: subject }), attributes };
      await enqueueMessages(settings, topic, { messages: [read], now: clock.now(), token });
      wake();
    },
  };
}

/** Alarms may use topics of their own account by the policy that a topic is made with; other services want a statement of theirs. */
function ownerOf({ service, accountId }: ServiceSource): Readonly<Record<string, string>> {
  return service === 'cloudwatch.amazonaws.com' ? { 'aws:SourceOwner': accountId } : {};
}
