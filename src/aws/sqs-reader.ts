import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

import { AwsError } from './errors.ts';
import type { QueueReaderPort } from './ports.ts';
import { told } from './sdk-error.ts';
import { handlerOptions, identityOf } from './service-client.ts';
import type { SigningCredentials } from './sigv4/sign-request.ts';
import { askedUrlOf } from './sqs-queues.ts';

export type SqsReaderDeps = {
  /** `http://HOST:PORT`; undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Undefined: the SDK's own search (environment, profile, instance role). */
  readonly credentials: SigningCredentials | undefined;
};

/** A long poll lasts up to 20 seconds. */
const TIMEOUT = 35_000;

/** Queues of any SQS by endpoint, to receive from. Failures are AwsError with SQS's own code; `ServiceUnavailable` when nobody answers. */
export function createSqsReader(deps: SqsReaderDeps): QueueReaderPort & { readonly close: () => void } {
  const { endpoint, region, credentials } = deps;
  const client = new SQSClient({
    region,
    maxAttempts: 2,
    requestHandler: handlerOptions(TIMEOUT),
    // Queue URLs may name a host that is not reached from here.
    ...(endpoint === undefined ? {} : { endpoint, useQueueUrlAsEndpoint: false }),
    ...(credentials === undefined ? {} : { credentials: identityOf(credentials) }),
  });
  const urls = new Map<string, string>();
  const urlOf = async (queueArn: string): Promise<string> => {
    const known = urls.get(queueArn);
    if (known !== undefined) return known;
    const { QueueUrl: url = '' } = await told(client.send(askedUrlOf(queueArn)));
    urls.set(queueArn, url);
    return url;
  };
  return {
    check: async (queueArn) => {
      await urlOf(queueArn);
    },
    receive: async ({ queueArn, waitSeconds, visibilitySeconds, signal }) => {
      const asked = new ReceiveMessageCommand({
        QueueUrl: await urlOf(queueArn),
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const answer = await told(client.send(asked, { abortSignal: signal })).catch((error: unknown) => {
        if (signal.aborted) return { Messages: [] };
        urls.delete(queueArn);
        throw error;
      });
      return (answer.Messages ?? []).map((message) => ({
        id: message.MessageId ?? '',
        body: message.Body ?? '',
        handle: message.ReceiptHandle ?? '',
        receives: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
      }));
    },
    delete: async ({ queueArn, handles }) => {
      const Entries = handles.map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle }));
      const asked = new DeleteMessageBatchCommand({ QueueUrl: await urlOf(queueArn), Entries });
      const { Failed = [] } = await told(client.send(asked));
      const [first] = Failed;
      if (first !== undefined && first.SenderFault !== true)
        throw new AwsError(first.Code ?? 'ServiceUnavailable', first.Message ?? 'a message was not deleted', {
          status: 503,
        });
    },
    close: () => client.destroy(),
  };
}
