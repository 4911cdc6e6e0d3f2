import { FUNCTION_ARN } from '../../../../aws/arn.ts';
import { AwsError } from '../../../../aws/errors.ts';
import { logGroupArn, parseLogGroupArn } from '../../../../aws/log-arns.ts';
import type { FunctionPort, LogSinkPort, ServiceSource } from '../../../../aws/ports.ts';
import type { LogEvent } from '../../../../store/contract.ts';
import { invalid } from '../../log-errors.ts';
import { EVENT_OVERHEAD, MOST_BYTES, MOST_EVENTS } from '../../put-events.ts';
import type { LogGroupRow } from '../../settings.ts';
import type { SubscriptionFilterRow } from '../settings.ts';
import { batchesOf, dataMessage } from './messages.ts';

/** Where subscription filters hand events to. */
export type Destinations = {
  readonly functions: FunctionPort | undefined;
  readonly sink: LogSinkPort;
  /** Whether that writes to the log groups here. */
  readonly isOwnSink: boolean;
};

export type Destination =
  { readonly kind: 'lambda'; readonly arn: string } | { readonly kind: 'log-group'; readonly arn: string };

const DAY = 86_400_000;

/** Throws InvalidParameterException for what Opentrail does not deliver to, by its name. */
export function readDestination(arn: string): Destination {
  if (FUNCTION_ARN.test(arn)) return { kind: 'lambda', arn };
  const group = parseLogGroupArn(arn);
  if (group !== undefined) return { kind: 'log-group', arn: logGroupArn(group) };
  const service = /^arn:[\w-]+:(\w+):/.exec(arn)?.[1];
  if (service === undefined) throw invalid(`Invalid destinationArn: ${JSON.stringify(arn.slice(0, 300))}`);
  throw invalid(
    `Opentrail delivers to Lambda functions and log groups; destinationArn ${JSON.stringify(arn.slice(0, 300))} is neither.`,
  );
}

/** As whom a log group's subscription acts. */
export function sourceOf({ region, account, name }: LogGroupRow): ServiceSource {
  return {
    service: 'logs.amazonaws.com',
    arn: `${logGroupArn({ region, account, group: name })}:*`,
    accountId: account,
  };
}

export type Delivery = {
  readonly group: LogGroupRow;
  readonly filter: SubscriptionFilterRow;
  /** In the order of arrival. */
  readonly events: readonly LogEvent[];
  /** Names of streams by id; what is left of a deleted one is nobody's. */
  readonly streams: ReadonlyMap<string, string>;
};

/** Resolves once all are accepted. Throws as the destination does; then some may have been accepted. */
export async function deliver(to: Destinations, delivery: Delivery): Promise<void> {
  const { kind, arn } = readDestination(delivery.filter.destination);
  if (kind === 'lambda') await toFunction(to, arn, delivery);
  else await toGroup(to, arn, delivery);
}

async function toFunction(
  { functions }: Destinations,
  functionArn: string,
  { group, filter, events, streams }: Delivery,
): Promise<void> {
  if (functions === undefined) throw nobodyServes();
  for (const batch of batchesOf(events)) {
    const logStream = streams.get(batch.stream);
    if (logStream === undefined) continue;
    const about = { owner: group.account, logGroup: group.name, logStream, filter: filter.name };
    const payload = dataMessage({ ...about, events: batch.events });
    await functions.invoke({ functionArn, payload, source: sourceOf(group) });
  }
}

/** To a stream of the same name. The same batch is written once, where the destination can tell. */
async function toGroup(
  { sink }: Destinations,
  groupArn: string,
  { filter, events, streams }: Delivery,
): Promise<void> {
  const size = (message: string) => Buffer.byteLength(message) + EVENT_OVERHEAD;
  for (const batch of batchesOf(events, size, MOST_BYTES)) {
    const stream = streams.get(batch.stream);
    if (stream === undefined) continue;
    await sink.ensureStream({ groupArn, stream });
    for (const part of spans(batch.events)) {
      const token = `subscription/${filter.id}/${part[0]?.n ?? 0}-${part.at(-1)?.n ?? 0}`;
      await sink.put({
        groupArn,
        stream,
        events: part.map(({ time, message }) => ({ time, message })),
        token,
      });
    }
  }
}

/** As PutLogEvents wants them: by time, within a day, ten thousand. */
function spans(events: readonly LogEvent[]): readonly (readonly LogEvent[])[] {
  const parts: LogEvent[][] = [];
  for (const event of events.toSorted((a, b) => a.time - b.time)) {
    const part = parts.at(-1);
    const isFull =
      part === undefined || part.length >= MOST_EVENTS || event.time - (part[0]?.time ?? 0) > DAY;
    if (isFull) parts.push([event]);
    else part.push(event);
  }
  return parts;
}

export function nobodyServes(): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    'Nobody serves Lambda here: name a folder of functions (OPENTRAIL_FUNCTIONS) or an endpoint (OPENTRAIL_LAMBDA_ENDPOINT).',
  );
}
