import { AwsError } from '../../../aws/errors.ts';
import type { TopicPort } from '../../../aws/ports.ts';
import { messageOf } from '../../../base/errors.ts';
import { CLOUDTRAIL, topicArnOf } from '../notices/topic-name.ts';
import type { Trail } from '../trail-store.ts';

/** The whole text by which readers of a topic know that no log file is announced. */
const TEST_NOTICE = 'CloudTrail validation message.';

/**
 * Asks the trail's topic whether CloudTrail may publish, and tries it as CloudTrail does. Throws InvalidSnsTopicNameException or
 * InsufficientSnsTopicPolicyException.
 */
export async function checkTopic(
  topics: TopicPort,
  trail: Pick<Trail, 'sns_topic' | 'account' | 'home_region' | 'arn'>,
): Promise<void> {
  if (trail.sns_topic === null) return;
  const topicArn = topicArnOf(trail.sns_topic, trail);
  const source = { service: CLOUDTRAIL, arn: trail.arn, accountId: trail.account };
  try {
    await topics.checkPublish({ topicArn, source });
    await topics.publish({ topicArn, message: TEST_NOTICE, source });
  } catch (cause) {
    throw topicError(topicArn, cause);
  }
}

function topicError(topicArn: string, cause: unknown): AwsError {
  if (cause instanceof AwsError && cause.status < 500) {
    return new AwsError(
      'InsufficientSnsTopicPolicyException',
      'SNS Topic does not exist or the topic policy is incorrect!',
      { cause },
    );
  }
  return new AwsError(
    'ServiceUnavailable',
    `The topic ${topicArn} could not be checked, because SNS failed: ${messageOf(cause)}`,
    { status: 503, cause },
  );
}
