import type { CallContext } from '../../aws/operation.ts';
import { busArn, DEFAULT_BUS, parseBusArn, type Place } from './arns.ts';
import { invalid, noSuchBus } from './rule-errors.ts';
import type { BusRow, RuleSettings } from './settings.ts';

export type BusName = Place & { readonly name: string };

/** The bus that a call means: by name in its own account and region, or by ARN. Without one the default bus. */
export function namedBus(given: string | undefined, { accountId, region }: CallContext): BusName {
  const named = given ?? DEFAULT_BUS;
  if (!named.startsWith('arn:')) return { account: accountId, region, name: named };
  const bus = parseBusArn(named);
  if (bus === undefined)
    throw invalid(`Parameter ${named} is not valid. Reason: Provided Arn is not in correct format.`);
  return bus;
}

/** As namedBus, but no bus of another account or region: rules and buses are managed where they are. */
export function ownBus(given: string | undefined, context: CallContext): BusName {
  const bus = namedBus(given, context);
  if (bus.account !== context.accountId || bus.region !== context.region) throw noSuchBus(given ?? bus.name);
  return bus;
}

/** Every account has a default bus in every region, without anybody making it. */
export async function findBus(settings: RuleSettings, bus: BusName): Promise<BusRow | undefined> {
  const arn = busArn(bus, bus.name);
  const row = await settings.selectFrom('event_buses').selectAll().where('arn', '=', arn).executeTakeFirst();
  return row ?? (bus.name === DEFAULT_BUS ? defaultBus(bus) : undefined);
}

/** Throws ResourceNotFoundException. */
export async function existingBus(settings: RuleSettings, bus: BusName): Promise<BusRow> {
  const row = await findBus(settings, bus);
  if (row === undefined) throw noSuchBus(bus.name);
  return row;
}

export async function saveBus(settings: RuleSettings, row: BusRow): Promise<void> {
  const { arn: _arn, ...rest } = row;
  await settings
    .insertInto('event_buses')
    .values(row)
    .onConflict((conflict) => conflict.column('arn').doUpdateSet(rest))
    .execute();
}

export function defaultBus({ account, region }: Place): BusRow {
  return {
    arn: busArn({ account, region }, DEFAULT_BUS),
    account,
    region,
    name: DEFAULT_BUS,
    description: null,
    policy: null,
    created_at: 0,
    modified_at: 0,
  };
}

/** `account/region/name`: what is looked up for every event. */
export function busKey({ account, region, name }: BusName): string {
  return `${account}/${region}/${name}`;
}
