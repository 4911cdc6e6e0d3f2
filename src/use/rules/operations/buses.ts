import { busArn, DEFAULT_BUS } from '../arns.ts';
import { defaultBus, existingBus, findBus, ownBus, saveBus } from '../buses.ts';
import { busName, busNameOrArn, checked, description, limit, tags, token } from '../input.ts';
import { pageOf } from '../paging.ts';
import { alreadyExists, invalid, limitExceeded } from '../rule-errors.ts';
import { rulesOfBus } from '../rules.ts';
import type { BusRow } from '../settings.ts';
import { eventTags, readTags, saveTags } from '../tags.ts';
import type { Handle } from './rule-operation.ts';

const MOST_BUSES = 100;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html */
export const createEventBus: Handle = async ({ settings, clock }, input, context) => {
  const given = checked(
    {
      Name: busName,
      Description: description.optional(),
      Tags: tags.optional(),
    },
    input,
  );
  const bus = { account: context.accountId, region: context.region, name: given.Name };
  if (given.Name.includes('/'))
    throw invalid(`Parameter Name is not valid. Reason: only partner event buses have a / in their names.`);
  if ((await findBus(settings, bus)) !== undefined)
    throw alreadyExists(`Event bus ${given.Name} already exists.`);
  const arn = busArn(bus, given.Name);
  const wanted = readTags(given.Tags ?? []);
  if (wanted.length > 0) context.authorize('events:TagResource', arn);
  const now = clock.now();
  await settings.transaction().execute(async (tx) => {
    const held = await tx
      .selectFrom('event_buses')
      .select('arn')
      .where('account', '=', bus.account)
      .where('region', '=', bus.region)
      .where('name', '!=', DEFAULT_BUS)
      .execute();
    if (held.length >= MOST_BUSES - 1)
      throw limitExceeded(`The requested resource exceeds the maximum number allowed (${MOST_BUSES}).`);
    await saveBus(tx, {
      ...defaultBus(bus),
      arn,
      name: given.Name,
      description: given.Description ?? null,
      created_at: now,
      modified_at: now,
    });
    await saveTags(tx, arn, wanted);
  });
  return {
    output: {
      EventBusArn: arn,
      ...(given.Description === undefined ? {} : { Description: given.Description }),
    },
  };
};

/** What is left out is no longer so. */
export const updateEventBus: Handle = async ({ settings, clock }, input, context) => {
  const given = checked(
    {
      Name: busName.optional(),
      Description: description.optional(),
    },
    input,
  );
  const row = await existingBus(settings, ownBus(given.Name, context));
  const now = clock.now();
  await saveBus(settings, {
    ...row,
    description: given.Description ?? null,
    created_at: row.created_at || now,
    modified_at: now,
  });
  return {
    output: {
      Arn: row.arn,
      Name: row.name,
      ...(given.Description === undefined ? {} : { Description: given.Description }),
    },
  };
};

/** Of a bus that is not there there is nothing to delete, which is no mistake. */
export const deleteEventBus: Handle = async ({ settings }, input, context) => {
  const given = checked({ Name: busName }, input);
  if (given.Name === DEFAULT_BUS) throw invalid('Cannot delete event bus default.');
  const bus = ownBus(given.Name, context);
  if ((await rulesOfBus(settings, bus)).length > 0)
    throw invalid(`Event bus ${given.Name} can't be deleted since it has rules.`);
  const arn = busArn(bus, bus.name);
  await settings.transaction().execute(async (tx) => {
    await tx.deleteFrom('event_buses').where('arn', '=', arn).execute();
    await eventTags.drop(tx, arn);
  });
  return {};
};

export const describeEventBus: Handle = async ({ settings }, input, context) => {
  const given = checked({ Name: busNameOrArn.optional() }, input);
  const row = await existingBus(settings, ownBus(given.Name, context));
  return { output: described(row) };
};

export const listEventBuses: Handle = async ({ settings }, input, context) => {
  const given = checked(
    { NamePrefix: busName.optional(), NextToken: token.optional(), Limit: limit.optional() },
    input,
  );
  const place = { account: context.accountId, region: context.region };
  const rows = await settings
    .selectFrom('event_buses')
    .selectAll()
    .where('account', '=', place.account)
    .where('region', '=', place.region)
    .execute();
  if (!rows.some(({ name }) => name === DEFAULT_BUS)) rows.push(defaultBus(place));
  const wanted = rows
    .filter(({ name }) => name.startsWith(given.NamePrefix ?? ''))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const { items, ...more } = pageOf(wanted, ({ name }) => name, {
    token: given.NextToken,
    limit: given.Limit,
  });
  return { output: { EventBuses: items.map(described), ...more } };
};

function described(row: BusRow): Record<string, unknown> {
  return {
    Name: row.name,
    Arn: row.arn,
    ...(row.description === null ? {} : { Description: row.description }),
    ...(row.policy === null ? {} : { Policy: row.policy }),
    ...(row.created_at === 0 ? {} : { CreationTime: new Date(row.created_at) }),
    ...(row.modified_at === 0 ? {} : { LastModifiedTime: new Date(row.modified_at) }),
  };
}
