import { z } from 'zod';

import { parseArn } from '../../../aws/arn.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { existingBus, ownBus } from '../buses.ts';
import { checkHeaderName } from '../connection-parameters.ts';
import { arn, busNameOrArn, checked, limit, ruleName, token } from '../input.ts';
import { pageOf } from '../paging.ts';
import { invalid, limitExceeded, unsupported } from '../rule-errors.ts';
import type { Availability } from '../rule-parts.ts';
import { ownRule } from '../rules.ts';
import { targetKindOf, type TargetKind } from '../target-kinds.ts';
import { targetShape, type Target } from '../target.ts';
import { checkTransform } from '../transform.ts';
import { mayPass } from './rules.ts';
import type { Handle } from './rule-operation.ts';

/** The quotas of AWS: five targets a rule, ten entries a call. */
const MOST_TARGETS = 5;
const MOST_ENTRIES = 10;
const named = { Rule: ruleName, EventBusName: busNameOrArn.optional() };

/** All or nothing: what is wrong with one entry is said with ValidationException. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
export const putTargets: Handle = async (parts, input, context) => {
  const given = checked({ ...named, Targets: z.array(z.unknown()).min(1).max(MOST_ENTRIES) }, input);
  const targets = given.Targets.map((entry) => checked(targetShape, entry as Record<string, unknown>));
  if (new Set(targets.map(({ Id }) => Id)).size < targets.length)
    throw invalid('Target IDs must be unique within one call.');
  for (const target of targets) checkTarget(target, parts.has, context);
  const { settings } = parts;
  const { bus, rule } = await ownRule(settings, { name: given.Rule, bus: given.EventBusName }, context);
  await settings.transaction().execute(async (tx) => {
    for (const target of targets) {
      const row = { rule_id: rule.id, id: target.Id, arn: target.Arn, target: JSON.stringify(target) };
      await tx
        .insertInto('event_targets')
        .values(row)
        .onConflict((conflict) => conflict.columns(['rule_id', 'id']).doUpdateSet(row))
        .execute();
    }
    const held = await tx.selectFrom('event_targets').select('id').where('rule_id', '=', rule.id).execute();
    if (held.length > MOST_TARGETS)
      throw limitExceeded(
        `The requested resource exceeds the maximum number allowed (${MOST_TARGETS} targets of a rule).`,
      );
  });
  parts.table.changed(bus);
  return { output: { FailedEntryCount: 0, FailedEntries: [] } };
};

function checkTarget(target: Target, has: Availability, context: CallContext): void {
  const kind = targetKindOf(target.Arn);
  checkAvailable(target, kind, has);
  checkTransform(target);
  const { RoleArn, DeadLetterConfig, HttpParameters } = target;
  if (RoleArn !== undefined) {
    if (kind.kind !== 'bus' && kind.kind !== 'api')
      throw invalid(`RoleArn is not supported for target ${target.Arn}.`);
    mayPass(context, RoleArn);
  }
  if (HttpParameters !== undefined && kind.kind !== 'api')
    throw invalid(`Parameter(s) HttpParameters not valid for target ${target.Id}.`);
  for (const name of Object.keys(HttpParameters?.HeaderParameters ?? {})) checkHeaderName(name);
  checkGroup(target, kind);
  checkDeadLetters(target.Id, DeadLetterConfig?.Arn, has);
}

function checkGroup({ Id, Arn, SqsParameters }: Target, { kind }: TargetKind): void {
  const isFifo = kind === 'queue' && Arn.endsWith('.fifo');
  if (SqsParameters?.MessageGroupId !== undefined && !isFifo)
    throw invalid(`Parameter(s) MessageGroupId not valid for target ${Id}: only for FIFO queues.`);
  if (isFifo && SqsParameters?.MessageGroupId === undefined)
    throw invalid(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
}

function checkAvailable({ Id }: Target, { kind }: TargetKind, has: Availability): void {
  const missing = {
    queue: has.queues ? undefined : 'an SQS: set OPENTRAIL_SQS_ENDPOINT',
    function: has.functions ? undefined : 'a Lambda: set OPENTRAIL_FUNCTIONS or OPENTRAIL_LAMBDA_ENDPOINT',
    email: has.mail ? undefined : 'a mail server: set OPENTRAIL_SMTP_URL and OPENTRAIL_SMTP_FROM',
    topic: undefined,
    logs: undefined,
    bus: undefined,
    api: undefined,
  }[kind];
  if (missing !== undefined) throw unsupported(`Target ${Id} wants ${missing}.`);
}

function checkDeadLetters(id: string, queueArn: string | undefined, has: Availability): void {
  if (queueArn === undefined) return;
  if (parseArn(queueArn)?.service !== 'sqs')
    throw invalid(
      `Parameter ${queueArn} is not valid. Reason: DeadLetterConfig of target ${id} must name a queue.`,
    );
  if (queueArn.endsWith('.fifo'))
    throw invalid(`Parameter ${queueArn} is not valid. Reason: a dead-letter queue can not be a FIFO queue.`);
  if (!has.queues)
    throw unsupported(`DeadLetterConfig of target ${id} wants an SQS: set OPENTRAIL_SQS_ENDPOINT.`);
}

/** Ids that are not there are no mistake. */
export const removeTargets: Handle = async (parts, input, context) => {
  const given = checked(
    { ...named, Ids: z.array(targetShape.Id).min(1).max(MOST_ENTRIES), Force: z.boolean().optional() },
    input,
  );
  const { settings } = parts;
  const { bus, rule } = await ownRule(settings, { name: given.Rule, bus: given.EventBusName }, context);
  await settings
    .deleteFrom('event_targets')
    .where('rule_id', '=', rule.id)
    .where('id', 'in', [...given.Ids])
    .execute();
  parts.table.changed(bus);
  return { output: { FailedEntryCount: 0, FailedEntries: [] } };
};

export const listTargetsByRule: Handle = async ({ settings }, input, context) => {
  const given = checked({ ...named, NextToken: token.optional(), Limit: limit.optional() }, input);
  const { rule } = await ownRule(settings, { name: given.Rule, bus: given.EventBusName }, context);
  const rows = await settings
    .selectFrom('event_targets')
    .selectAll()
    .where('rule_id', '=', rule.id)
    .execute();
  rows.sort((one, other) => (one.id < other.id ? -1 : 1));
  const { items, ...more } = pageOf(rows, ({ id }) => id, { token: given.NextToken, limit: given.Limit });
  return { output: { Targets: items.map(({ target }) => JSON.parse(target) as Target), ...more } };
};

export const listRuleNamesByTarget: Handle = async ({ settings }, input, context) => {
  const given = checked(
    {
      TargetArn: arn,
      EventBusName: busNameOrArn.optional(),
      NextToken: token.optional(),
      Limit: limit.optional(),
    },
    input,
  );
  const bus = ownBus(given.EventBusName, context);
  await existingBus(settings, bus);
  const rows = await settings
    .selectFrom('event_rules')
    .innerJoin('event_targets', 'event_targets.rule_id', 'event_rules.id')
    .select('event_rules.name')
    .distinct()
    .where('event_targets.arn', '=', given.TargetArn)
    .where('event_rules.account', '=', bus.account)
    .where('event_rules.region', '=', bus.region)
    .where('event_rules.bus', '=', bus.name)
    .execute();
  const names = rows.map(({ name }) => name).sort();
  const { items, ...more } = pageOf(names, (name) => name, { token: given.NextToken, limit: given.Limit });
  return { output: { RuleNames: items, ...more } };
};
