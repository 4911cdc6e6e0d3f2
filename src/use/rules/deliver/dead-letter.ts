import type { MessageAttribute, QueuePort } from '../../../aws/ports.ts';
import { DELIVERED, failed, failureOf, type Outcome } from './outcome.ts';
import type { Job } from './queue.ts';

/** AWS's attributes are shorter than that. */
const MOST_TEXT = 1024;

/** Sends what could not be delivered to the target's dead-letter queue, with why. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
export async function toDeadLetters(queues: QueuePort | undefined, job: Job): Promise<Outcome> {
  const { delivery, rule, target, body } = job;
  const queueArn = target.DeadLetterConfig?.Arn;
  if (queues === undefined || queueArn === undefined)
    return failed('NO_RESOURCE', 'there is no dead-letter queue any more', { permanent: true });
  const said: Readonly<Record<string, string | null>> = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.Arn,
    ERROR_CODE: delivery.error_code,
    ERROR_MESSAGE: delivery.error,
    EXHAUSTED_RETRY_CONDITION: delivery.exhausted === 'NotRetryable' ? null : delivery.exhausted,
    RETRY_ATTEMPTS: String(Math.max(0, delivery.attempts - 1)),
  };
  const attributes: Record<string, MessageAttribute> = {};
  for (const [name, value] of Object.entries(said))
    if (value !== null && value !== '')
      attributes[name] = { Type: 'String', Value: value.slice(0, MOST_TEXT) };
  try {
    const source = { service: 'events.amazonaws.com', arn: rule.arn, accountId: rule.account };
    await queues.send({ queueArn, body, attributes, source });
    return DELIVERED;
  } catch (error) {
    return failureOf(error);
  }
}
