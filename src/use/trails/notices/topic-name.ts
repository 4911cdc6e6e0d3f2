import { TOPIC_ARN } from '../../../aws/arn.ts';
import { AwsError } from '../../../aws/errors.ts';

/** As whom a trail publishes. */
export const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/**
 * The ARN that a trail's `SnsTopicName` stands for: an ARN itself, or the name of a topic in the trail's account and home region. Throws
 * InvalidSnsTopicNameException. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
 */
export function topicArnOf(
  name: string,
  trail: { readonly account: string; readonly home_region: string },
): string {
  const isArn = name.startsWith('arn:');
  const valid = isArn ? TOPIC_ARN.test(name) : /^[A-Za-z0-9_-]{1,256}$/.test(name);
  if (!valid) {
    throw new AwsError(
      'InvalidSnsTopicNameException',
      `Invalid SNS topic name: ${JSON.stringify(name.slice(0, 300))}. It must be a name of at most 256 letters, digits, hyphens and underscores, or the ARN of a standard topic.`,
    );
  }
  return isArn ? name : `arn:aws:sns:${trail.home_region}:${trail.account}:${name}`;
}
