import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { callContext, errorOf } from '../../../../test/kit/trail-setup.ts';
import type { CallContext } from '../../../aws/operation.ts';
import { newEventId } from '../../../base/ids.ts';
import { openSettings } from '../../../store/settings/open-settings.ts';
import { openChannelTable, type ChannelTable } from './channel-table.ts';
import { channelOperations, channelPort } from './create-channels.ts';
import { channelMigrations, type ChannelTables } from './settings.ts';

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/';
const STORE = `${ARN}aaaaaaaa-1111-4111-8111-111111111111`;
const OTHER = `${ARN}bbbbbbbb-1111-4111-8111-111111111111`;
const TRAILS = `${ARN}cccccccc-1111-4111-8111-111111111111`;
const DYING = `${ARN}dddddddd-1111-4111-8111-111111111111`;
const to = (...stores: string[]) => stores.map((Location) => ({ Type: 'EVENT_DATA_STORE', Location }));

let opened: Awaited<ReturnType<typeof openSettings<ChannelTables>>>;
let table: ChannelTable;

beforeEach(async () => {
  opened = await openSettings<ChannelTables>({ path: ':memory:', migrations: [channelMigrations] });
  table = await openChannelTable(opened.db);
});
afterEach(async () => {
  await table.stop();
  await opened.close();
});

async function call(name: string, input: Record<string, unknown>, caller: Partial<CallContext> = {}) {
  const operations = channelOperations({
    table,
    senders: { forget: () => undefined },
    stores: {
      find: async ({ store }) => {
        const arn = [STORE, OTHER, TRAILS, DYING].find((one) => one.endsWith(store));
        if (arn === undefined) return undefined;
        return {
          arn,
          categories: [arn === TRAILS ? 'Management' : 'ActivityAuditLog'],
          isActive: arn !== DYING,
        };
      },
    },
    extras: {
      readTags: () => [{ key: 'team', value: 'a' }],
      saveTags: async () => undefined,
      tagsOf: async () => [],
      policyOf: async () => undefined,
      forget: async () => undefined,
    },
    clock: { now: () => 1000 },
    newId: newEventId,
  });
  const operation = operations.find((one) => one.name === name);
  return (await operation!.handle(input, callContext(caller))).output as Record<string, unknown>;
}
const make = (given: Record<string, unknown> = {}, caller: Partial<CallContext> = {}) =>
  call('CreateChannel', { Name: 'orders', Source: 'Custom', Destinations: to(STORE), ...given }, caller);

describe('channels', () => {
  it('are made, shown, listed, changed and deleted', async () => {
    const made = await make();
    expect(made).toMatchObject({
      Name: 'orders',
      Source: 'Custom',
      Destinations: to(STORE),
      Tags: [{ Key: 'team' }],
    });
    const Channel = made['ChannelArn'];
    expect(await call('GetChannel', { Channel })).toMatchObject({
      ChannelArn: Channel,
      Source: 'Custom',
      Destinations: to(STORE),
      IngestionStatus: {},
    });
    const id = String(Channel).split('/')[1];
    expect(await call('GetChannel', { Channel: id })).toMatchObject({ ChannelArn: Channel });
    expect(await call('UpdateChannel', { Channel, Name: 'sales', Destinations: to(OTHER, STORE) })).toEqual({
      ChannelArn: Channel,
      Name: 'sales',
      Source: 'Custom',
      Destinations: to(OTHER, STORE),
    });
    expect(await call('ListChannels', {})).toEqual({ Channels: [{ ChannelArn: Channel, Name: 'sales' }] });
    expect(await call('DeleteChannel', { Channel })).toEqual({});
    expect((await errorOf(call('GetChannel', { Channel })))?.code).toBe('ChannelNotFoundException');
  });

  it('are still there after a restart, with how the latest events fared', async () => {
    const { ChannelArn: arn } = await make();
    table.attempted(String(arn), { at: 5000, eventId: 'e1', errorCode: undefined });
    table.attempted(String(arn), { at: 7000, eventId: 'e2', errorCode: 'InvalidData' });
    await table.stop();
    table = await openChannelTable(opened.db);
    expect((await call('GetChannel', { Channel: arn }))['IngestionStatus']).toEqual({
      LatestIngestionSuccessTime: new Date(5000),
      LatestIngestionSuccessEventID: 'e1',
      LatestIngestionErrorCode: 'InvalidData',
      LatestIngestionAttemptTime: new Date(7000),
      LatestIngestionAttemptEventID: 'e2',
    });
  });

  it('say where their events go, and who sends to a store', async () => {
    const { ChannelArn: arn } = await make({ Destinations: to(STORE, OTHER) });
    const port = channelPort(table);
    expect(port.destinationsOf(String(arn))).toEqual([STORE, OTHER]);
    expect(port.channelsOf(OTHER)).toEqual([arn]);
    expect(port.destinationsOf('arn:of:nothing')).toEqual([]);
  });

  it('are listed a page at a time, of the own account and region only', async () => {
    for (const Name of ['ccc', 'aaa', 'bbb']) await make({ Name });
    await make({ Name: 'other' }, { accountId: '210987654321' });
    await make({ Name: 'other' }, { region: 'eu-west-1' });
    const first = await call('ListChannels', { MaxResults: 2 });
    expect(first['Channels']).toMatchObject([{ Name: 'aaa' }, { Name: 'bbb' }]);
    const second = await call('ListChannels', { MaxResults: 2, NextToken: first['NextToken'] });
    expect(second).toMatchObject({ Channels: [{ Name: 'ccc' }] });
    expect(second['NextToken']).toBeUndefined();
    expect((await errorOf(call('ListChannels', { NextToken: 'abcd' })))?.code).toBe(
      'InvalidNextTokenException',
    );
    expect((await errorOf(call('ListChannels', { MaxResults: 0 })))?.code).toBe('InvalidParameterException');
  });

  it.each([
    ['InvalidParameterException', { Name: 'ab' }],
    ['InvalidParameterException', { Name: undefined }],
    ['InvalidSourceException', { Source: 'Nobody' }],
    ['InvalidParameterException', { Destinations: [] }],
    ['InvalidParameterException', { Destinations: [{ Type: 'AWS_SERVICE', Location: 'x.amazonaws.com' }] }],
    ['InvalidParameterException', { Destinations: to(STORE, STORE) }],
    ['EventDataStoreARNInvalidException', { Destinations: to('arn:aws:s3:::bucket') }],
    ['EventDataStoreNotFoundException', { Destinations: to(`${ARN}eeeeeeee-1111-4111-8111-111111111111`) }],
    ['InvalidEventDataStoreCategoryException', { Destinations: to(TRAILS) }],
    ['InactiveEventDataStoreException', { Destinations: to(DYING) }],
  ])('are refused with %s: %j', async (code, given) => {
    expect((await errorOf(make(given)))?.code).toBe(code);
  });

  it('have names of their own, and partners one channel each; 25 at most', async () => {
    await make();
    expect((await errorOf(make()))?.code).toBe('ChannelAlreadyExistsException');
    await make({ Name: 'okta', Source: 'Okta' });
    expect((await errorOf(make({ Name: 'okta2', Source: 'Okta' })))?.code).toBe(
      'ChannelAlreadyExistsException',
    );
    const second = await make({ Name: 'second' });
    const renamed = call('UpdateChannel', { Channel: second['ChannelArn'], Name: 'orders' });
    expect((await errorOf(renamed))?.code).toBe('ChannelAlreadyExistsException');
    for (let n = 4; n <= 25; n++) await make({ Name: `channel-${n}` });
    expect((await errorOf(make({ Name: 'too-many' })))?.code).toBe('ChannelMaxLimitExceededException');
  });

  it.each([
    ['ChannelARNInvalidException', 'orders'],
    ['ChannelARNInvalidException', STORE],
    ['ChannelNotFoundException', 'aaaaaaaa-1111-4111-8111-111111111111'],
  ])('are not found: %s for %s', async (code, Channel) => {
    expect((await errorOf(call('DeleteChannel', { Channel })))?.code).toBe(code);
  });
});
