import { z } from 'zod';

import { TOPIC_ARN } from '../../../aws/arn.ts';
import { AwsError } from '../../../aws/errors.ts';
import { checked, type DetectionOperation, type OperationDeps } from './operation.ts';

const topicArn = z.string().max(512);

/** To whom an account's findings are told, beside the default bus. */
export function settingsOperations(deps: OperationDeps): readonly DetectionOperation[] {
  return [getFindingsTopic(deps), putFindingsTopic(deps)];
}

function getFindingsTopic({ topics }: OperationDeps): DetectionOperation {
  return {
    name: 'GetFindingsTopic',
    handle: async (input, context) => {
      checked({}, input);
      const topic = await topics.get(context.accountId);
      if (topic === undefined) return {};
      const { arn, triedAt, failure } = topic;
      return {
        TopicArn: arn,
        ...(triedAt === undefined ? {} : { LastAttemptTime: new Date(triedAt).toISOString() }),
        ...(failure === undefined ? {} : { LastError: failure }),
      };
    },
  };
}

function putFindingsTopic({ topics, checkTopic }: OperationDeps): DetectionOperation {
  return {
    name: 'PutFindingsTopic',
    handle: async (input, context) => {
      const { TopicArn: arn } = checked({ TopicArn: topicArn }, input);
      if (arn === '') {
        await topics.set(context.accountId, undefined);
        return {};
      }
      if (!TOPIC_ARN.test(arn))
        throw new AwsError(
          'ValidationException',
          `TopicArn: must be the ARN of a standard topic, or empty for none (got ${JSON.stringify(arn)})`,
        );
      await checkTopic(context.accountId, arn);
      await topics.set(context.accountId, arn);
      return { TopicArn: arn };
    },
  };
}
