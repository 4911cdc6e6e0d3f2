import { z } from 'zod';

import type { CallContext } from '../../../aws/operation.ts';
import { DEFAULT_BUS, ruleArn } from '../arns.ts';
import { existingBus, ownBus, type BusName } from '../buses.ts';
import { arn, busNameOrArn, checked, description, limit, ruleName, tags, token } from '../input.ts';
import { parsePattern } from '../../../aws/event-pattern/parse-pattern.ts';
import { pageOf } from '../paging.ts';
import { invalid, limitExceeded, noSuchRule } from '../rule-errors.ts';
import { findRule, ownRule, rulesOfBus, STATES } from '../rules.ts';
import { checkSchedule, nextTime } from '../schedule.ts';
import type { RuleRow } from '../settings.ts';
import { eventTags, readTags, saveTags } from '../tags.ts';
import type { RuleParts } from '../rule-parts.ts';
import type { Handle } from './rule-operation.ts';

const MOST_RULES = 300;
const named = { Name: ruleName, EventBusName: busNameOrArn.optional() };

/** What is left out of a rule that is there already is no longer so. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
export const putRule: Handle = async (parts, input, context) => {
  const given = checked(
    {
      ...named,
      ScheduleExpression: z.string().max(256).optional(),
      EventPattern: z.string().max(4096).optional(),
      State: z.enum(STATES).optional(),
      Description: description.optional(),
      RoleArn: arn.optional(),
      Tags: tags.optional(),
    },
    input,
  );
  const { settings, clock } = parts;
  const bus = ownBus(given.EventBusName, context);
  const { pattern, schedule } = checkedTriggers(given, bus);
  await existingBus(settings, bus);
  const wantedTags = readTags(given.Tags ?? []);
  const own = ruleArn(bus, bus.name, given.Name);
  if (wantedTags.length > 0) context.authorize('events:TagResource', own);
  if (given.RoleArn !== undefined) mayPass(context, given.RoleArn);
  const state = given.State ?? 'ENABLED';
  await settings.transaction().execute(async (tx) => {
    const known = await findRule(tx, bus, given.Name);
    if (known === undefined && (await rulesOfBus(tx, bus)).length >= MOST_RULES)
      throw limitExceeded(
        `The requested resource exceeds the maximum number allowed (${MOST_RULES} rules on an event bus).`,
      );
    const row: RuleRow = {
      id: known?.id ?? parts.newId(),
      arn: own,
      account: bus.account,
      region: bus.region,
      bus: bus.name,
      name: given.Name,
      pattern,
      schedule,
      state,
      description: given.Description ?? null,
      role_arn: given.RoleArn ?? null,
      created_by: known?.created_by ?? context.accountId,
      due_at: schedule === null || state === 'DISABLED' ? null : nextTime(schedule, clock.now()),
    };
    await tx
      .insertInto('event_rules')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    // Tags of a rule that is there already are left alone, as in AWS.
    if (known === undefined) await saveTags(tx, own, wantedTags);
  });
  parts.table.changed(bus);
  return { output: { RuleArn: own } };
};

/** Throws ValidationException, InvalidEventPatternException. */
function checkedTriggers(
  given: { readonly EventPattern?: string | undefined; readonly ScheduleExpression?: string | undefined },
  bus: BusName,
) {
  const pattern = given.EventPattern || null;
  const schedule = given.ScheduleExpression || null;
  if (pattern === null && schedule === null)
    throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (pattern !== null) parsePattern(pattern);
  if (schedule !== null) {
    if (bus.name !== DEFAULT_BUS)
      throw invalid('ScheduleExpression is supported only on the default event bus.');
    checkSchedule(schedule);
  }
  return { pattern, schedule };
}

/** The role is used for the rule's own sake only where a target has none. */
export function mayPass(context: CallContext, roleArn: string): void {
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn))
    throw invalid(`Parameter ${roleArn} is not valid. Reason: Provided Arn is not in correct format.`);
  context.authorize('iam:PassRole', roleArn, {
    conditionKeys: { 'iam:PassedToService': 'events.amazonaws.com' },
  });
}

export const deleteRule: Handle = async (parts, input, context) => {
  const given = checked({ ...named, Force: z.boolean().optional() }, input);
  const { settings } = parts;
  const bus = ownBus(given.EventBusName, context);
  await existingBus(settings, bus);
  const rule = await findRule(settings, bus, given.Name);
  // As in AWS: what is not there needs no deleting.
  if (rule === undefined) return {};
  await settings.transaction().execute(async (tx) => {
    const target = tx.selectFrom('event_targets').select('id').where('rule_id', '=', rule.id);
    if ((await target.executeTakeFirst()) !== undefined)
      throw invalid("Rule can't be deleted since it has targets.");
    await tx.deleteFrom('event_rules').where('id', '=', rule.id).execute();
    await eventTags.drop(tx, rule.arn);
  });
  parts.table.changed(bus);
  return {};
};

export const describeRule: Handle = async ({ settings, status }, input, context) => {
  const given = checked(named, input);
  const { rule } = await ownRule(settings, { name: given.Name, bus: given.EventBusName }, context);
  const extensions = await status(rule, context);
  return {
    output: { ...described(rule), CreatedBy: rule.created_by },
    ...(extensions === undefined ? {} : { extensions }),
  };
};

export const listRules: Handle = async ({ settings }, input, context) => {
  const given = checked(
    {
      NamePrefix: ruleName.optional(),
      EventBusName: busNameOrArn.optional(),
      NextToken: token.optional(),
      Limit: limit.optional(),
    },
    input,
  );
  const bus = ownBus(given.EventBusName, context);
  await existingBus(settings, bus);
  const rules = (await rulesOfBus(settings, bus)).filter(({ name }) =>
    name.startsWith(given.NamePrefix ?? ''),
  );
  const { items, ...more } = pageOf(rules, ({ name }) => name, {
    token: given.NextToken,
    limit: given.Limit,
  });
  return { output: { Rules: items.map(described), ...more } };
};

function described(rule: RuleRow): Record<string, unknown> {
  const optional = {
    EventPattern: rule.pattern,
    ScheduleExpression: rule.schedule,
    Description: rule.description,
    RoleArn: rule.role_arn,
  };
  return {
    Name: rule.name,
    Arn: rule.arn,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
    State: rule.state,
    EventBusName: rule.bus,
  };
}

export const enableRule: Handle = async (parts, input, context) => {
  const given = checked(named, input);
  // Of a rule that is enabled already, in either way, nothing changes.
  return switched(parts, given, context, (state) => (state === 'DISABLED' ? 'ENABLED' : state));
};

export const disableRule: Handle = async (parts, input, context) =>
  switched(parts, checked(named, input), context, () => 'DISABLED');

async function switched(
  { settings, clock, table }: RuleParts,
  given: { readonly Name: string; readonly EventBusName?: string | undefined },
  context: CallContext,
  to: (state: string) => string,
) {
  const { bus, rule } = await ownRule(settings, { name: given.Name, bus: given.EventBusName }, context);
  const state = to(rule.state);
  const isOff = state === 'DISABLED' || rule.schedule === null;
  const { numUpdatedRows } = await settings
    .updateTable('event_rules')
    .set({ state, due_at: isOff ? null : nextTime(rule.schedule ?? '', clock.now()) })
    .where('id', '=', rule.id)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw noSuchRule(given.Name, bus.name);
  table.changed(bus);
  return {};
}
