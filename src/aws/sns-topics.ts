import { GetTopicAttributesCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';

import { AwsError } from './errors.ts';
import { letsCloudTrail } from './policy/lets-cloudtrail.ts';
import type { TopicPort } from './ports.ts';
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
    publish: async ({ topicArn, message }) => {
      await told(clientOf(topicArn).send(new PublishCommand({ TopicArn: topicArn, Message: message })));
    },
    checkPublish: async ({ topicArn, source }) => {
      const asked = new GetTopicAttributesCommand({ TopicArn: topicArn });
      const { Attributes } = await told(clientOf(topicArn).send(asked));
      if (!allows(Attributes?.['Policy'], topicArn, source)) {
        throw new AwsError(
          'AuthorizationError',
          `The policy of ${topicArn} does not let CloudTrail publish.`,
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

type Source = Parameters<TopicPort['checkPublish']>[0]['source'];

function allows(policy: string | undefined, topicArn: string, source: Source): boolean {
  const context = { 'aws:SourceArn': source.arn, 'aws:SourceAccount': source.accountId };
  try {
    return letsCloudTrail(policy, { action: 'sns:Publish', resource: topicArn }, context);
  } catch {
    // Another's policy, which may be anything.
    return false;
  }
}
