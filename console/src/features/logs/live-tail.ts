import type { ApiClient } from '../../aws/client.ts';
import { eventsOf } from '../../aws/event-stream.ts';
import { number, object, objects, text } from '../../aws/pages.ts';
import type { LogEvent } from './logs.ts';

export type TailUpdate = { readonly events: readonly LogEvent[]; readonly sampled: boolean };

/**
 * What is written into a group from now on, about once a second, until the signal; the first update is empty and says that it began. The
 * host is the console's own: of the two that the API is asked of, Opentrail takes either.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 */
export async function* liveTail(
  api: Pick<ApiClient, 'jsonStream'>,
  asked: { readonly groupArn: string; readonly stream: string; readonly pattern: string },
  signal: AbortSignal,
): AsyncGenerator<TailUpdate> {
  const input = {
    logGroupIdentifiers: [asked.groupArn],
    ...(asked.stream === '' ? {} : { logStreamNames: [asked.stream] }),
    ...(asked.pattern === '' ? {} : { logEventFilterPattern: asked.pattern }),
  };
  const response = await api.jsonStream('logs', 'StartLiveTail', input, signal);
  if (!response.body) return;
  let count = 0;
  for await (const { type, body } of eventsOf(response.body)) {
    if (type === 'sessionStart') yield { events: [], sampled: false };
    if (type !== 'sessionUpdate') continue;
    yield {
      sampled: object(body['sessionMetadata'])['sampled'] === true,
      events: objects(body['sessionResults']).map((one) => ({
        id: `live ${count++}`,
        stream: text(one['logStreamName']),
        time: number(one['timestamp']),
        message: text(one['message']),
      })),
    };
  }
}
