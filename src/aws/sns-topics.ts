import { GetTopicAttributesCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';

import { regionOfArn } from './arn.ts';
import { AwsError } from './errors.ts';
import { letsService } from './policy/lets-service.ts';
import type { MessageAttribute, TopicPort } from './ports.ts';
import { told } from './sdk-error.ts';
import { byRegion, clientOptions, type ServiceEndpoint } from './service-client.ts';

/** Topics of an SNS by endpoint. Failures are AwsError with SNS's own code (`NotFound`, `AuthorizationError`); `ServiceUnavailable` when nobody answers. */
export function createSnsTopics(where: ServiceEndpoint): TopicPort {
  // A topic is asked in its own region.
  const inRegion = byRegion((region) => new SNSClient(clientOptions(where, region)));
  const clientOf = (topicArn: string) => inRegion(regionOfArn(topicArn));
  return {
    publish: async ({ topicArn, message, subject, attributes }) => {
      const asked = new PublishCommand({
        TopicArn: topicArn,
        Message: message,
        Subject: subject,
        MessageAttributes: attributes && attributeValues(attributes),
      });
      await told(clientOf(topicArn).send(asked));
    },
    checkPublish: async ({ topicArn, source }) => {
      const asked = new GetTopicAttributesCommand({ TopicArn: topicArn });
      const { Attributes } = await told(clientOf(topicArn).send(asked));
      const request = { action: 'sns:Publish', resource: topicArn };
      if (!letsService(Attributes?.['Policy'], request, source)) {
        throw new AwsError(
          'AuthorizationError',
          `The policy of ${topicArn} does not let ${source.service} publish.`,
          {
            status: 403,
          },
        );
      }
    },
  };
}

/** As the APIs of SNS and SQS have them. */
export function attributeValues(attributes: Readonly<Record<string, MessageAttribute>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { Type, Value }]) => [
      name,
      Type.startsWith('Binary')
        ? { DataType: Type, BinaryValue: Buffer.from(Value, 'base64') }
        : { DataType: Type, StringValue: Value },
    ]),
  );
}
