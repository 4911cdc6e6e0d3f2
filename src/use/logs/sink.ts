import { parseLogGroupArn } from '../../aws/log-arns.ts';
import { AwsError } from '../../aws/errors.ts';
import type { LogSinkPort } from '../../aws/ports.ts';
import { groupNotFound, stored, streamNotFound } from './log-errors.ts';
import { addStream, findGroup, findStream } from './log-groups.ts';
import type { LogDeps } from './deps.ts';
import type { LogGroupRow } from './settings.ts';

/** Log groups here as a destination of what Opentrail writes itself. A batch under a token that was written before is not written twice. */
export function createLogSink(deps: LogDeps): LogSinkPort {
  const groupOf = async (groupArn: string): Promise<LogGroupRow> => {
    const name = parseLogGroupArn(groupArn);
    const found = name && (await findGroup(deps.settings, name));
    if (found === undefined) throw groupNotFound();
    return found;
  };
  return {
    ensureStream: async ({ groupArn, stream }) => {
      const group = await groupOf(groupArn);
      if ((await findStream(deps.settings, group.id, stream)) !== undefined) return false;
      try {
        await addStream(deps, group.id, stream);
        return true;
      } catch (error) {
        if (error instanceof AwsError && error.code === 'ResourceAlreadyExistsException') return false;
        throw error;
      }
    },
    put: async ({ groupArn, stream, events, token }) => {
      const group = await groupOf(groupArn);
      const found = await findStream(deps.settings, group.id, stream);
      if (found === undefined) throw streamNotFound();
      const ingested = deps.clock.now();
      await stored(deps.events.append({ group: group.id, stream: found.id, ingested, events, token }));
      return { rejected: 0 };
    },
  };
}
