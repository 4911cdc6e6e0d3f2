import { z } from 'zod';

import { parseLogGroupArn } from '../../../aws/log-arns.ts';
import type { LogSinkPort } from '../../../aws/ports.ts';
import { DELIVERED, failed, type Outcome } from './outcome.ts';
import type { Job } from './queue.ts';

const transformed = z.object({ timestamp: z.coerce.number().int().min(0), message: z.string() });

/**
 * Writes to a log group of the rule's own account, each rule to a stream of its own. What a transformer makes must be `{timestamp, message}`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html#eb-targets-cloudwatch-logs
 */
export async function toLogs(logs: LogSinkPort, job: Job, input: string): Promise<Outcome> {
  const { rule, target, delivery, acceptedAt } = job;
  const group = parseLogGroupArn(target.Arn);
  if (group?.account !== rule.account)
    return failed('NO_PERMISSIONS', 'the log group is of another account', { permanent: true });
  const event =
    target.InputTransformer === undefined ? { timestamp: acceptedAt, message: input } : read(input);
  if (event === undefined)
    return failed('INVALID_JSON', 'a log group wants {"timestamp": milliseconds, "message": "…"}', {
      permanent: true,
    });
  const { timestamp: time, message } = event;
  const to = { groupArn: target.Arn, stream: rule.id };
  const put = { ...to, events: [{ time, message }], token: `rule-delivery-${delivery.id}` };
  await logs.ensureStream(to);
  const { rejected } = await logs.put(put);
  return rejected === 0
    ? DELIVERED
    : failed('INVALID_PARAMETER', 'the event is too old or too new', { permanent: true });
}

function read(input: string): z.output<typeof transformed> | undefined {
  try {
    return transformed.parse(JSON.parse(input));
  } catch {
    return undefined;
  }
}
