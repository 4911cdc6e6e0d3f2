import { z } from 'zod';

import { AwsError } from '../../../aws/errors.ts';
import { checked, type DetectionOperation, type OperationDeps } from './operation.ts';

const topicArn = z.string().max(512);
const TOPIC = /^arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/;

/** To whom an account's findings are told, beside the default bus. */
export function settingsOperations({ topics }: OperationDeps): readonly DetectionOperation[] {
  return [
    {
      name: 'GetFindingsTopic',
      handle: async (input, context) => {
        checked({}, input);
        const topic = await topics.get(context.accountId);
        return topic === undefined ? {} : { TopicArn: topic };
      },
    },
    {
      name: 'PutFindingsTopic',
      handle: async (input, context) => {
        const given = checked({ TopicArn: topicArn }, input);
        if (given.TopicArn !== '' && !TOPIC.test(given.TopicArn))
          throw new AwsError(
            'ValidationException',
            `TopicArn: must be the ARN of a standard topic, or empty for none (got ${JSON.stringify(given.TopicArn)})`,
          );
        await topics.set(context.accountId, given.TopicArn || undefined);
        return given.TopicArn === '' ? {} : { TopicArn: given.TopicArn };
      },
    },
  ];
}
