import { GetTopicAttributesCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';

import { AwsError } from './errors.ts';
import { letsService } from './policy/lets-service.ts';
import type { MessageAttribute, TopicPort } from './ports.ts';
import { told } from './sdk-error.ts';
import type { SigningCredentials } from './sigv4/sign-request.ts';

export type SnsTopicsDeps = {
  /** `http://HOST:PORT`. */
  readonly endpoint: string;
  readonly credentials: SigningCredentials;
  /** Milliseconds that an answer may take; default 30,000. */
  readonly timeout?: number | undefined;
};

/** Topics of an SNS by endpoint. Failures are AwsError with SNS's own code (`NotFound`, `AuthorizationError`); `ServiceUnavailable` when nobody answers. */
export function createSnsTopics(deps: SnsTopicsDeps): TopicPort {
  // A topic is asked in its own region.
  const clients = new Map<string, SNSClient>();
  const clientOf = (topicArn: string): SNSClient => {
    const region = topicArn.split(':')[3] ?? '';
    const known = clients.get(region);
    if (known !== undefined) return known;
    const made = createClient(deps, region);
    clients.set(region, made);
    return made;
  };
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

function createClient({ endpoint, credentials, timeout = 30_000 }: SnsTopicsDeps, region: string): SNSClient {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return new SNSClient({
    endpoint,
    region,
    maxAttempts: 2,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    requestHandler: { connectionTimeout: 5000, requestTimeout: timeout, throwOnRequestTimeout: true },
  });
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
