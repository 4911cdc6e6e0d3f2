import { z } from 'zod';

import { existingBus, ownBus, saveBus } from '../buses.ts';
import { checkBusPolicy, withoutStatement, withStatement } from '../bus-policy.ts';
import { busName, checked } from '../input.ts';
import { invalid } from '../rule-errors.ts';
import type { RuleSettings, BusRow } from '../settings.ts';
import type { Handle } from './rule-operation.ts';

const statementId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9-_]+$/);
const condition = z.object({
  Type: z.literal('StringEquals'),
  Key: z.literal('aws:PrincipalOrgID'),
  Value: z.string().min(1),
});

/** A statement for one account, for everybody, or for an organization; or a whole policy. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html */
export const putPermission: Handle = async ({ settings, clock }, input, context) => {
  const given = checked(
    {
      EventBusName: busName.optional(),
      Action: z.literal('events:PutEvents').optional(),
      Principal: z
        .string()
        .regex(/^(\d{12}|\*)$/)
        .optional(),
      StatementId: statementId.optional(),
      Condition: condition.optional(),
      Policy: z.string().min(1).optional(),
    },
    input,
  );
  const bus = await existingBus(settings, ownBus(given.EventBusName, context));
  if (given.Policy !== undefined) {
    if (given.Action ?? given.Principal ?? given.StatementId ?? given.Condition)
      throw invalid(
        'Parameter Policy can not be used together with Action, Principal, StatementId or Condition.',
      );
    await save(settings, { ...bus, policy: checkBusPolicy(given.Policy, bus.arn) }, clock.now());
    return {};
  }
  const { Action, Principal, StatementId, Condition } = given;
  if (Action === undefined || Principal === undefined || StatementId === undefined)
    throw invalid('Parameters Action, Principal and StatementId must be specified, or Policy.');
  const policy = withStatement(bus.policy, {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
    Action,
    Resource: bus.arn,
    ...(Condition === undefined
      ? {}
      : { Condition: { [Condition.Type]: { [Condition.Key]: Condition.Value } } }),
  });
  await save(settings, { ...bus, policy }, clock.now());
  return {};
};

export const removePermission: Handle = async ({ settings, clock }, input, context) => {
  const given = checked(
    {
      EventBusName: busName.optional(),
      StatementId: statementId.optional(),
      RemoveAllPermissions: z.boolean().optional(),
    },
    input,
  );
  const bus = await existingBus(settings, ownBus(given.EventBusName, context));
  if (given.RemoveAllPermissions !== true && given.StatementId === undefined)
    throw invalid('Parameter StatementId must be specified, or RemoveAllPermissions.');
  const policy =
    given.RemoveAllPermissions === true ? null : withoutStatement(bus.policy, given.StatementId ?? '');
  await save(settings, { ...bus, policy }, clock.now());
  return {};
};

function save(settings: RuleSettings, bus: BusRow, now: number): Promise<void> {
  return saveBus(settings, { ...bus, created_at: bus.created_at || now, modified_at: now });
}
