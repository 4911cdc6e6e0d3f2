import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';

let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({});
  await setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs', IsMultiRegionTrail: true });
});
afterEach(() => setup.close());

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/management';
const STORE = '0a1b2c3d-0000-4000-8000-00000000000f';
const STORE_ARN = `arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/${STORE}`;
const configuration = (...Templates: unknown[]) => [{ EventCategory: 'Data', Templates }];
const selectData = () =>
  setup.call('PutEventSelectors', {
    TrailName: 'management',
    AdvancedEventSelectors: [
      {
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
        ],
      },
    ],
  });
const put = (given: Record<string, unknown>) =>
  setup.call('PutEventConfiguration', { TrailName: 'management', ...given });
const get = (given: Record<string, unknown> = { TrailName: ARN }) =>
  setup.call('GetEventConfiguration', given);

describe('PutEventConfiguration', () => {
  it('answers what it was given, reads it back, and is ended by an empty list', async () => {
    expect((await get()).output).toEqual({ TrailARN: ARN, AggregationConfigurations: [] });
    await selectData();
    const wanted = {
      TrailARN: ARN,
      AggregationConfigurations: configuration('API_ACTIVITY', 'RESOURCE_ACCESS'),
    };
    const given = {
      AggregationConfigurations: configuration('API_ACTIVITY', 'RESOURCE_ACCESS', 'API_ACTIVITY'),
    };
    expect((await put(given)).output).toEqual(wanted);
    expect((await get()).output).toEqual(wanted);
    expect((await put({ AggregationConfigurations: [] })).output).toEqual({
      TrailARN: ARN,
      AggregationConfigurations: [],
    });
    expect((await get()).output['AggregationConfigurations']).toEqual([]);
  });

  it('is gone with its trail', async () => {
    await selectData();
    await put({ AggregationConfigurations: configuration('USER_ACTIONS') });
    await setup.call('DeleteTrail', { Name: 'management' });
    await setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs' });
    expect((await get()).output['AggregationConfigurations']).toEqual([]);
  });

  it.each([
    ['InvalidParameterCombinationException', {}, 'AggregationConfigurations'],
    ['InvalidParameterCombinationException', { EventDataStore: STORE_ARN }, 'both'],
    ['InvalidParameterCombinationException', { TrailName: undefined }, 'none'],
    ['InvalidParameterCombinationException', { MaxEventSize: 'Large' }, 'MaxEventSize'],
    [
      'InvalidParameterCombinationException',
      { ContextKeySelectors: [{ Type: 'TagContext', Equals: ['team'] }] },
      'ContextKeySelectors',
    ],
    ['InvalidParameterException', { AggregationConfigurations: configuration('HOURLY') }, '"HOURLY"'],
    ['InvalidParameterException', { AggregationConfigurations: configuration() }, 'Templates'],
    [
      'InvalidParameterException',
      { AggregationConfigurations: [{ EventCategory: 'Management', Templates: ['API_ACTIVITY'] }] },
      '"Management"',
    ],
    [
      'InvalidParameterException',
      { AggregationConfigurations: [...configuration('API_ACTIVITY'), ...configuration('API_ACTIVITY')] },
      '2',
    ],
    ['TrailNotFoundException', { TrailName: 'unknown', AggregationConfigurations: [] }, 'unknown'],
    ['InvalidTrailNameException', { TrailName: 'x', AggregationConfigurations: [] }, undefined],
    [
      'CloudTrailARNInvalidException',
      { TrailName: 'arn:aws:s3:::b', AggregationConfigurations: [] },
      undefined,
    ],
  ])('refuses with %s: %j', async (code, given, part) => {
    await selectData();
    const error = await errorOf(put(given));
    expect(error).toMatchObject({ code });
    if (part !== undefined) expect(error?.message).toContain(part);
    expect((await get()).output['AggregationConfigurations']).toEqual([]);
  });

  it('refuses to aggregate for a trail without data events, and away from home', async () => {
    const given = { AggregationConfigurations: configuration('API_ACTIVITY') };
    expect((await errorOf(put(given)))?.code).toBe('InvalidParameterCombinationException');
    await selectData();
    const there = setup.call('PutEventConfiguration', { TrailName: ARN, ...given }, { region: 'eu-west-1' });
    expect((await errorOf(there))?.code).toBe('InvalidHomeRegionException');
    const read = setup.call('GetEventConfiguration', { TrailName: ARN }, { region: 'eu-west-1' });
    expect((await read).output).toMatchObject({ TrailARN: ARN });
  });
});

describe('GetEventConfiguration', () => {
  it.each([
    ['InvalidParameterCombinationException', {}],
    ['InvalidParameterCombinationException', { TrailName: 'management', EventDataStore: STORE }],
    ['TrailNotFoundException', { TrailName: 'unknown' }],
  ])('refuses with %s: %j', async (code, given) => {
    expect((await errorOf(get(given)))?.code).toBe(code);
  });
});
