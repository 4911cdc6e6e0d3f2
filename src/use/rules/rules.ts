import type { CallContext } from '../../aws/operation.ts';
import { ruleArn } from './arns.ts';
import { existingBus, ownBus, type BusName } from './buses.ts';
import { noSuchRule } from './rule-errors.ts';
import type { RuleRow, RuleSettings } from './settings.ts';

/** Read-only management events fire rules only in the second of these states. */
export const STATES = ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'] as const;

export async function findRule(
  settings: RuleSettings,
  bus: BusName,
  name: string,
): Promise<RuleRow | undefined> {
  return settings
    .selectFrom('event_rules')
    .selectAll()
    .where('arn', '=', ruleArn(bus, bus.name, name))
    .executeTakeFirst();
}

/** The rule that a call means. Throws ResourceNotFoundException, for the bus or for the rule. */
export async function ownRule(
  settings: RuleSettings,
  given: { readonly name: string; readonly bus: string | undefined },
  context: CallContext,
): Promise<{ readonly bus: BusName; readonly rule: RuleRow }> {
  const bus = ownBus(given.bus, context);
  await existingBus(settings, bus);
  const rule = await findRule(settings, bus, given.name);
  if (rule === undefined) throw noSuchRule(given.name, bus.name);
  return { bus, rule };
}

export async function rulesOfBus(settings: RuleSettings, bus: BusName): Promise<readonly RuleRow[]> {
  const { account, region, name } = bus;
  const rows = await settings
    .selectFrom('event_rules')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('bus', '=', name)
    .execute();
  return rows.sort((one, other) => (one.name < other.name ? -1 : 1));
}
