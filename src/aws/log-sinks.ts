import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type PutLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';

import { AwsError } from './errors.ts';
import { parseLogGroupArn, type LogGroupName } from './log-arns.ts';
import type { LogGroupPort, LogSinkPort } from './ports.ts';
import { told } from './sdk-error.ts';
import { byRegion, clientOptions, type ServiceEndpoint } from './service-client.ts';

/** Log groups of a CloudWatch Logs by endpoint. Failures are AwsError with the service's own code; `ServiceUnavailable` when nobody answers. */
export function createLogSinks(where: ServiceEndpoint): LogSinkPort {
  // A group is asked in its own region.
  const clientOf = byRegion((region) => new CloudWatchLogsClient(clientOptions(where, region)));
  return {
    ensureStream: async ({ groupArn, stream }) => {
      const name = nameOf(groupArn);
      try {
        const made = new CreateLogStreamCommand({ logGroupName: name.group, logStreamName: stream });
        await told(clientOf(name.region).send(made));
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
      return { rejected: rejectedOf(events.length, await told(clientOf(name.region).send(put))) };
    },
  };
}

/** Makes log groups of a CloudWatch Logs by endpoint, in the account of the key that signs. */
export function createLogGroupMaker(where: ServiceEndpoint): LogGroupPort {
  const clientOf = byRegion((region) => new CloudWatchLogsClient(clientOptions(where, region)));
  return {
    ensure: async ({ region, group }) => {
      try {
        await told(clientOf(region).send(new CreateLogGroupCommand({ logGroupName: group })));
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
      }
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
