import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { storeSetup, type StoreSetup } from '../../../../../test/kit/store-setup.ts';
import { errorOf, recordJson } from '../../../../../test/kit/trail-setup.ts';
import { AwsError } from '../../../../aws/errors.ts';
import { insightsOfStores } from './wanted-insights.ts';

const DAY = 86_400_000;
const ACCOUNT = '123456789012';
const RATE = { InsightType: 'ApiCallRateInsight' };
const ERRORS = { InsightType: 'ApiErrorRateInsight' };
const category = (name: string, ...more: object[]) => [
  { FieldSelectors: [{ Field: 'eventCategory', Equals: [name] }, ...more] },
];

let setup: StoreSetup;
let source: string;
let destination: string;
let done = 0;

const create = async (Name: string, selectors?: object, more = {}) => {
  const { EventDataStoreArn } = await setup.call('CreateEventDataStore', {
    Name,
    TerminationProtectionEnabled: false,
    ...(selectors === undefined ? {} : { AdvancedEventSelectors: selectors }),
    ...more,
  });
  return String(EventDataStoreArn);
};
beforeEach(async () => {
  setup = await storeSetup();
  done = setup.journal.head();
  source = await create('source');
  destination = await create('insights', category('Insight'));
});
afterEach(() => setup.close());

const idOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
const put = (InsightSelectors: unknown, more: Record<string, unknown> = {}, caller = {}) =>
  setup.call(
    'PutInsightSelectors',
    { EventDataStore: source, InsightsDestination: destination, InsightSelectors, ...more },
    caller,
  );
const get = () => setup.call('GetInsightSelectors', { EventDataStore: source });

const happens = (details: Record<string, unknown> = {}, record: Record<string, unknown> = {}) =>
  setup.journal.add(
    JSON.stringify({
      ...(JSON.parse(recordJson({ category: 'Insight', at: setup.time.now })) as object),
      eventName: undefined,
      eventSource: undefined,
      eventType: 'AwsCloudTrailInsight',
      sharedEventID: 'shared',
      insightDetails: {
        state: 'Start',
        eventSource: 'ec2.amazonaws.com',
        eventName: 'CreateTags',
        insightType: 'ApiCallRateInsight',
        insightContext: {
          statistics: {
            baseline: { average: 0.05 },
            insight: { average: 30 },
            insightDuration: 6,
            baselineDuration: 10_080,
          },
          attributions: [{ attribute: 'userAgent', insight: [{ value: 'x', average: 30 }], baseline: [] }],
        },
        ...details,
      },
      ...record,
    }),
  );
const batch = () => {
  const to = setup.journal.head();
  return { from: done + 1, to, entries: setup.journal.stored({ from: done + 1, to, limit: 1000 }) };
};
const follow = async () => {
  const next = batch();
  if (next.to >= next.from) await setup.stores.apply(next);
  done = next.to;
};
type Held = { readonly eventID: string; readonly insightSource: string; readonly insightType: string };
const held = () => (setup.tables.records.get(idOf(destination)) ?? []).map((raw) => JSON.parse(raw) as Held);

describe('insight selectors of an event data store', () => {
  it('are answered with both stores, and end with an empty list', async () => {
    const told = {
      EventDataStoreArn: source,
      InsightsDestination: destination,
      InsightSelectors: [RATE, ERRORS].map((one) => ({ ...one, EventCategories: ['Management'] })),
    };
    expect((await errorOf(get()))?.code).toBe('InsightNotEnabledException');
    expect(
      await put([RATE, ERRORS], { EventDataStore: idOf(source), InsightsDestination: idOf(destination) }),
    ).toEqual(told);
    expect(await get()).toEqual(told);
    expect(await put([], { InsightsDestination: undefined })).toEqual({
      EventDataStoreArn: source,
      InsightSelectors: [],
    });
    expect((await errorOf(get()))?.code).toBe('InsightNotEnabledException');
  });

  const UNKNOWN = '0a1b2c3d-0000-4000-8000-00000000000f';
  it.each([
    ['InvalidParameterCombinationException', [RATE], { InsightsDestination: undefined }],
    ['InvalidInsightSelectorsException', [{ InsightType: 'Nonsense' }], {}],
    ['InvalidInsightSelectorsException', [{ ...RATE, EventCategories: ['Data'] }], {}],
    ['InvalidInsightSelectorsException', undefined, {}],
    ['EventDataStoreNotFoundException', [RATE], { InsightsDestination: UNKNOWN }],
    ['EventDataStoreNotFoundException', [RATE], { EventDataStore: UNKNOWN }],
    ['EventDataStoreARNInvalidException', [RATE], { EventDataStore: 'arn:aws:x' }],
    ['EventDataStoreARNInvalidException', [RATE], { InsightsDestination: 'store' }],
  ])('are refused with %s: %j %j', async (code, selectors, more) => {
    expect(await errorOf(put(selectors, more))).toMatchObject({ code });
  });

  it('need a source that logs such events and a destination for Insights events, both there', async () => {
    const code = async (more: Record<string, unknown>, asked = [RATE]) =>
      (await errorOf(put(asked, more)))?.code;
    const reads = await create('reads', category('Management', { Field: 'readOnly', Equals: ['true'] }));
    const refused = 'InvalidInsightSelectorsException';
    expect(await code({ InsightsDestination: reads })).toBe(refused);
    expect(await code({ EventDataStore: destination })).toBe(refused);
    expect(await code({ EventDataStore: reads })).toBe(refused);
    expect(await code({ EventDataStore: reads }, [ERRORS])).toBeUndefined();
    const update = { EventDataStore: source, AdvancedEventSelectors: category('NetworkActivity', {
      Field: 'eventSource', Equals: ['kms.amazonaws.com'] }) }; // prettier-ignore
    await put([RATE]);
    expect((await errorOf(setup.call('UpdateEventDataStore', update)))?.code).toBe(refused);
    await setup.call('DeleteEventDataStore', { EventDataStore: destination });
    expect(await code({})).toBe('InactiveEventDataStoreException');
  });

  it('ask the policies about the destination too', async () => {
    const asked: string[] = [];
    const authorize = (action: string, resource: string) => {
      asked.push(`${action} ${resource}`);
      throw new AwsError('AccessDenied', 'no');
    };
    expect((await errorOf(put([RATE], {}, { authorize })))?.code).toBe('AccessDenied');
    expect(asked).toEqual([`cloudtrail:PutInsightSelectors ${destination}`]);
  });

  it('are wanted where the source takes in such calls, and the destination is there', async () => {
    const wants = async (more = {}) => {
      const wanted = await insightsOfStores(setup.settings, { read: async () => () => false });
      const ask = {
        account: ACCOUNT,
        region: 'us-east-1',
        source: 'ec2.amazonaws.com',
        category: 'Management',
      };
      return wanted({ ...ask, type: RATE.InsightType, ...more });
    };
    expect(await wants()).toBe(false);
    await put([RATE]);
    expect(await wants()).toBe(true);
    expect(await wants({ region: 'eu-west-1', name: 'CreateTags' })).toBe(true);
    expect(await wants({ account: '210987654321' })).toBe(false);
    expect(await wants({ type: ERRORS.InsightType })).toBe(false);
    expect(await wants({ category: 'Data' })).toBe(false);
    await setup.call('DeleteEventDataStore', { EventDataStore: destination });
    expect(await wants()).toBe(false);
    setup.time.now += 7 * DAY;
    await setup.stores.purge();
    expect((await errorOf(get()))?.code).toBe('InsightNotEnabledException');
  });
});

describe('a store for Insights events', () => {
  it('takes in what its sources ask for, each in the form of event data stores', async () => {
    happens();
    await put([RATE]);
    happens();
    happens({ insightType: 'ApiErrorRateInsight', errorCode: 'AccessDenied' });
    happens({ eventCategory: 'Data' });
    happens({}, { recipientAccountId: '210987654321' });
    await follow();
    expect(held()).toEqual([
      {
        eventVersion: expect.any(String) as string,
        eventCategory: 'Insight',
        eventType: 'AwsCloudTrailInsight',
        eventID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        eventTime: '2026-11-29T10:00:00Z',
        awsRegion: 'us-east-1',
        recipientAccountId: ACCOUNT,
        sharedEventID: 'shared',
        insightSource: source,
        insightState: 'Start',
        insightEventSource: 'ec2.amazonaws.com',
        insightEventName: 'CreateTags',
        insightType: 'ApiCallRateInsight',
        insightContext: {
          baselineAverage: 0.05,
          insightAverage: 30,
          baselineDuration: 10_080,
          insightDuration: 6,
          attributions: [{ attribute: 'userAgent', insight: [{ value: 'x', average: 30 }], baseline: [] }],
        },
      },
    ]);
  });

  it('takes in one of each source, whose own selectors decide', async () => {
    const other = await create(
      'other',
      category('Management', { Field: 'eventName', Equals: ['RunInstances'] }),
    );
    await put([RATE]);
    await put([ERRORS], { EventDataStore: other });
    happens({ eventName: 'RunInstances', insightType: 'ApiErrorRateInsight', errorCode: 'x' });
    happens({ insightType: 'ApiErrorRateInsight', errorCode: 'x' });
    await put([RATE, ERRORS], { EventDataStore: other });
    happens({ eventName: 'RunInstances' });
    await follow();
    expect(held().map(({ insightSource: arn, insightType: type }) => [arn, type])).toEqual([
      [other, ERRORS.InsightType],
      ...[source, other].sort().map((arn) => [arn, RATE.InsightType]),
    ]);
    expect(new Set(held().map(({ eventID }) => eventID)).size).toBe(3);
  });

  it('takes in each once though a batch is repeated, and none while its source is stopped', async () => {
    await put([RATE]);
    happens();
    const first = batch();
    setup.tables.control.failure = new Error('the engine is down');
    await expect(setup.stores.apply(first)).rejects.toThrow('the engine is down');
    setup.tables.control.failure = undefined;
    await put([]);
    happens();
    for (let n = 0; n < 2; n++) await setup.stores.apply(first);
    done = first.to;
    await follow();
    expect(held()).toHaveLength(1);
    await put([RATE]);
    await setup.call('StopEventDataStoreIngestion', { EventDataStore: source });
    happens();
    await follow();
    expect(held()).toHaveLength(1);
    await setup.call('StartEventDataStoreIngestion', { EventDataStore: source });
    happens();
    await follow();
    expect(held()).toHaveLength(2);
  });
});
