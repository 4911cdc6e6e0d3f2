import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type PutLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';

import { AwsError } from './errors.ts';
import { parseLogGroupArn, type LogGroupName } from './log-arns.ts';
import type { LogSinkPort } from './ports.ts';
import { told } from './sdk-error.ts';
import type { SigningCredentials } from './sigv4/sign-request.ts';

export type LogSinksDeps = {
  /** `http://HOST:PORT`. */
  readonly endpoint: string;
  readonly credentials: SigningCredentials;
  /** Milliseconds that an answer may take; default 30,000. */
  readonly timeout?: number | undefined;
};

/** Log groups of a CloudWatch Logs by endpoint. Failures are AwsError with the service's own code; `ServiceUnavailable` when nobody answers. */
export function createLogSinks(deps: LogSinksDeps): LogSinkPort {
  // A group is asked in its own region.
  const clients = new Map<string, CloudWatchLogsClient>();
  const clientOf = ({ region }: LogGroupName): CloudWatchLogsClient => {
    const known = clients.get(region);
    if (known !== undefined) return known;
    const made = createClient(deps, region);
    clients.set(region, made);
    return made;
  };
  return {
    ensureStream: async ({ groupArn, stream }) => {
      const name = nameOf(groupArn);
      try {
        const made = new CreateLogStreamCommand({ logGroupName: name.group, logStreamName: stream });
        await told(clientOf(name).send(made));
        return true;
      } catch (error) {
        if (error instanceof AwsError && error.code === 'ResourceAlreadyExistsException') return false;
        throw error;
      }
    },
    put: async ({ groupArn, stream, events }) => {
      const name = nameOf(groupArn);
      const logEvents = events.map(({ time, message }) => ({ timestamp: time, message }));
      const put = new PutLogEventsCommand({
        logGroupName: name.group,
        logStreamName: stream,
        logEvents,
      });
      return { rejected: rejectedOf(events.length, await told(clientOf(name).send(put))) };
    },
  };
}

/** How many of the batch were refused for their time. */
function rejectedOf(count: number, { rejectedLogEventsInfo: info }: PutLogEventsCommandOutput): number {
  if (info === undefined) return 0;
  const start = Math.max(info.tooOldLogEventEndIndex ?? 0, info.expiredLogEventEndIndex ?? 0);
  const end = info.tooNewLogEventStartIndex ?? count;
  return count - Math.max(0, end - start);
}

function nameOf(groupArn: string): LogGroupName {
  const name = parseLogGroupArn(groupArn);
  if (name === undefined)
    throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return name;
}

function createClient({ endpoint, credentials, timeout = 30_000 }: LogSinksDeps, region: string) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return new CloudWatchLogsClient({
    endpoint,
    region,
    maxAttempts: 2,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    requestHandler: { connectionTimeout: 5000, requestTimeout: timeout, throwOnRequestTimeout: true },
  });
}
