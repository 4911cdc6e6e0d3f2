import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { OrganizationPort } from '../../../aws/ports.ts';
import { storeSetup, type StoreSetup } from '../../../../test/kit/store-setup.ts';
import { errorOf, recordJson } from '../../../../test/kit/trail-setup.ts';

const DAY = 86_400_000;
let setup: StoreSetup;
let done = 0;

const open = async (given: Parameters<typeof storeSetup>[0] = {}) => {
  setup = await storeSetup(given);
  done = setup.journal.head();
};
beforeEach(() => open());
afterEach(() => setup.close());

const create = async (given: Record<string, unknown> = {}) => {
  const { EventDataStoreArn } = await setup.call('CreateEventDataStore', {
    Name: 'audit',
    TerminationProtectionEnabled: false,
    ...given,
  });
  return String(EventDataStoreArn);
};
const idOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
const happens = (id: string, record: Record<string, unknown> = {}) => {
  const json = recordJson({ id, at: setup.time.now });
  setup.journal.add(
    Object.keys(record).length === 0
      ? json
      : JSON.stringify({ ...(JSON.parse(String(json)) as Record<string, unknown>), ...record }),
  );
};
/** What the follower would hand over next. */
const batch = () => {
  const to = setup.journal.head();
  return { from: done + 1, to, entries: setup.journal.stored({ from: done + 1, to, limit: 1000 }) };
};
const follow = async () => {
  const next = batch();
  if (next.to < next.from) return;
  await setup.stores.apply(next);
  done = next.to;
};
const held = (arn: string) =>
  (setup.tables.records.get(idOf(arn)) ?? []).map((raw) => (JSON.parse(raw) as { eventID: string }).eventID);

describe('a store', () => {
  it('takes in what is recorded from its creation to StopEventDataStoreIngestion, and again from Start', async () => {
    happens('before');
    const arn = await create();
    happens('first');
    await follow();
    happens('last');
    await setup.call('StopEventDataStoreIngestion', { EventDataStore: arn });
    happens('while stopped');
    await follow();
    await setup.call('StartEventDataStoreIngestion', { EventDataStore: idOf(arn) });
    happens('again');
    await follow();
    expect(held(arn)).toEqual(['first', 'last', 'again']);
  });

  it('takes in each event once, also where a batch is repeated after a failure and the store changed in between', async () => {
    const arn = await create();
    happens('one');
    const first = batch();
    setup.tables.control.failure = new Error('the engine is down');
    await expect(setup.stores.apply(first)).rejects.toThrow('the engine is down');
    setup.tables.control.failure = undefined;
    await setup.call('UpdateEventDataStore', {
      EventDataStore: arn,
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Management'] },
            { Field: 'eventName', Equals: ['Other'] },
          ],
        },
      ],
    });
    happens('two');
    happens('three', { eventName: 'Other' });
    await setup.stores.apply(first);
    await setup.stores.apply(first);
    done = first.to;
    await follow();
    expect(held(arn)).toEqual(['one', 'three']);
  });

  it('keeps the data events that it selects, of its region where it is for one', async () => {
    expect(setup.dataSelection.selectsData()).toBe(false);
    const arn = await create({
      MultiRegionEnabled: false,
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          ],
        },
      ],
    });
    expect(setup.dataSelection.selectsData()).toBe(true);
    const object = {
      eventCategory: 'Data',
      managementEvent: false,
      resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::b/k' }],
    };
    happens('object', object);
    happens('far', { ...object, awsRegion: 'eu-west-1' });
    happens('management');
    await follow();
    expect(held(arn)).toEqual(['object']);
    await setup.call('DeleteEventDataStore', { EventDataStore: arn });
    expect(setup.dataSelection.selectsData()).toBe(false);
  });

  it('is gone with its table seven days after its deletion, and until then can be restored', async () => {
    const arn = await create();
    happens('kept');
    await follow();
    await setup.stores.start();
    await setup.call('DeleteEventDataStore', { EventDataStore: arn });
    const update = () => setup.call('UpdateEventDataStore', { EventDataStore: arn, Name: 'other' });
    expect((await errorOf(update()))?.code).toBe('InactiveEventDataStoreException');
    setup.time.now += 7 * DAY - 1;
    await setup.stores.purge();
    expect(await setup.call('RestoreEventDataStore', { EventDataStore: arn })).toMatchObject({
      Status: 'ENABLED',
    });
    expect(held(arn)).toEqual(['kept']);
    await setup.call('DeleteEventDataStore', { EventDataStore: arn });
    setup.time.now += 7 * DAY;
    await setup.stores.purge();
    expect(setup.tables.tables.size).toBe(0);
    const get = setup.call('GetEventDataStore', { EventDataStore: arn });
    expect((await errorOf(get))?.code).toBe('EventDataStoreNotFoundException');
    expect(await create()).not.toBe(arn);
  });

  it('gets the context that it asks for', async () => {
    const arn = await create();
    await setup.call('PutEventConfiguration', {
      EventDataStore: arn,
      MaxEventSize: 'Large',
      ContextKeySelectors: [
        { Type: 'RequestContext', Equals: ['aws:PrincipalArn', 'aws:SourceIp'] },
        { Type: 'TagContext', Equals: ['team', 'unknown'] },
      ],
    });
    const alice = 'arn:aws:iam::123456789012:user/alice';
    happens('mine', {
      userIdentity: { type: 'IAMUser', arn: alice, accountId: '123456789012' },
      sourceIPAddress: '192.0.2.7',
    });
    await follow();
    const [raw = ''] = setup.tables.records.get(idOf(arn)) ?? [];
    expect((JSON.parse(raw) as { eventContext: unknown }).eventContext).toEqual({
      requestContext: { 'aws:PrincipalArn': alice, 'aws:SourceIp': '192.0.2.7' },
      tagContext: { principalTags: { team: 'red' } },
    });
  });

  it('takes in the events of its channels and no others of that kind', async () => {
    await setup.close();
    const stores: string[] = [];
    await open({ destinationsOf: (channel) => (channel === 'mine' ? stores : []) });
    const arn = await create({
      AdvancedEventSelectors: [
        { FieldSelectors: [{ Field: 'eventCategory', Equals: ['ActivityAuditLog'] }] },
      ],
    });
    stores.push(arn);
    const activity = { eventCategory: 'ActivityAuditLog', eventType: 'ActivityLog' };
    happens('mine', { ...activity, metadata: { channelARN: 'mine' } });
    happens('other', { ...activity, metadata: { channelARN: 'other' } });
    happens('management');
    await follow();
    expect(held(arn)).toEqual(['mine']);
  });

  it('cannot be deleted while a channel sends to it', async () => {
    await setup.close();
    await open({ channelsOf: () => ['arn:aws:cloudtrail:us-east-1:123456789012:channel/x'] });
    const arn = await create();
    const error = await errorOf(setup.call('DeleteEventDataStore', { EventDataStore: arn }));
    expect(error?.code).toBe('ChannelExistsForEDSException');
  });
});

describe("an organization's store", () => {
  const MASTER = '123456789012';
  const [MEMBER, AUDIT] = ['111111111111', '222222222222'];
  const organization = {
    id: 'o-exampleorg1',
    managementAccount: MASTER,
    allFeatures: true,
    accounts: [MASTER, MEMBER, AUDIT],
    trustsCloudTrail: true,
    administrators: [AUDIT],
  };
  const port: OrganizationPort = {
    of: async (account) => (organization.accounts.includes(account) ? organization : undefined),
    all: async () => [organization],
    registerAdministrator: async () => undefined,
    deregisterAdministrator: async () => undefined,
  };

  it('takes in what its accounts do while they belong to it, and is its administrators', async () => {
    await setup.close();
    await open({
      organizations: port,
      isMember: (id, account, seq) => id === organization.id && account === MEMBER && seq < 4,
    });
    const arn = await create({ OrganizationEnabled: true });
    happens('own');
    happens('theirs', { recipientAccountId: MEMBER });
    happens('stranger', { recipientAccountId: '333333333333' });
    happens('left', { recipientAccountId: MEMBER });
    await follow();
    expect(held(arn)).toEqual(['own', 'theirs']);
    const get = (accountId: string) =>
      setup.call('GetEventDataStore', { EventDataStore: idOf(arn) }, { accountId });
    expect(await get(AUDIT)).toMatchObject({ EventDataStoreArn: arn, OrganizationEnabled: true });
    expect((await errorOf(get(MEMBER)))?.code).toBe('EventDataStoreNotFoundException');
    const listed = await setup.call('ListEventDataStores', {}, { accountId: AUDIT });
    expect(listed['EventDataStores']).toHaveLength(1);
    const made = setup.call(
      'CreateEventDataStore',
      { Name: 'theirs', OrganizationEnabled: true },
      { accountId: MEMBER },
    );
    expect((await errorOf(made))?.code).toBe('NotOrganizationMasterAccountException');
  });
});

describe('a resource policy', () => {
  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['without statements', '{"Version":"2012-10-17"}'],
    [
      'of another resource',
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"cloudtrail:StartQuery","Resource":"arn:aws:s3:::b"}}',
    ],
    ['too long', ' '.repeat(8193)],
  ])('is refused: %s', async (_, ResourcePolicy) => {
    const ResourceArn = await create();
    const error = await errorOf(setup.call('PutResourcePolicy', { ResourceArn, ResourcePolicy }));
    expect(error?.code).toBe('ResourcePolicyNotValidException');
  });
});
