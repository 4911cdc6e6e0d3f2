import type {
  FunctionPort,
  LogSinkPort,
  MailPort,
  QueuePort,
  RolePort,
  TopicPort,
} from '../../../aws/ports.ts';
import { unreachable } from '../../../base/errors.ts';
import type { RuleSettings } from '../settings.ts';
import { targetKindOf } from '../target-kinds.ts';
import { inputOf } from '../transform.ts';
import type { ApiCaller } from './api-call.ts';
import { DELIVERED, failed, failureOf, type Outcome } from './outcome.ts';
import type { Job } from './queue.ts';
import type { ToBus } from './to-bus.ts';
import { toApi } from './to-api.ts';
import { toEmail } from './to-email.ts';
import { toLogs } from './to-logs.ts';

export type SendDeps = {
  readonly settings: RuleSettings;
  readonly topics: TopicPort;
  readonly queues: QueuePort | undefined;
  readonly functions: FunctionPort | undefined;
  readonly logs: LogSinkPort;
  readonly mail: MailPort | undefined;
  /** Undefined where another IAM is served, which cannot be asked. */
  readonly roles: RolePort | undefined;
  readonly api: ApiCaller;
  readonly toBus: ToBus;
};

/** One attempt to bring an event to a target. Never rejects. */
export async function send(deps: SendDeps, job: Job, end: AbortSignal): Promise<Outcome> {
  try {
    return await attempt(deps, job, end);
  } catch (error) {
    return failureOf(error);
  }
}

async function attempt(deps: SendDeps, job: Job, end: AbortSignal): Promise<Outcome> {
  const { rule, target, body, acceptedAt } = job;
  const kind = targetKindOf(target.Arn);
  const about = { ruleArn: rule.arn, ruleName: rule.name, acceptedAt };
  const input = inputOf(target, body, about);
  const source = { service: 'events.amazonaws.com', arn: rule.arn, accountId: rule.account };
  switch (kind.kind) {
    case 'topic':
      await deps.topics.publish({ topicArn: target.Arn, message: input, source });
      return DELIVERED;
    case 'queue':
      if (deps.queues === undefined) return missing('SQS');
      await deps.queues.send({
        queueArn: target.Arn,
        body: input,
        attributes: {},
        groupId: target.SqsParameters?.MessageGroupId,
        source,
      });
      return DELIVERED;
    case 'function':
      if (deps.functions === undefined) return missing('Lambda');
      await deps.functions.invoke({ functionArn: target.Arn, payload: input, source });
      return DELIVERED;
    case 'logs':
      return toLogs(deps.logs, job, input);
    case 'bus':
      return deps.toBus(job, deps.roles);
    case 'api':
      return toApi(deps, job, { kind, input, end });
    case 'email':
      return toEmail(deps.mail, job, { address: kind.address, input });
    default:
      return unreachable(kind);
  }
}

function missing(service: string): Outcome {
  return failed('NO_RESOURCE', `there is no ${service} any more`, { permanent: true });
}
