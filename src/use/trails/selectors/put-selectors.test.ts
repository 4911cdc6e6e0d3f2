import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';

let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({});
});
afterEach(() => setup.close());

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/management';
const make = (given: Record<string, unknown> = {}) =>
  setup.call('CreateTrail', { Name: 'management', S3BucketName: 'logs', ...given });

describe('PutEventSelectors: selectors', () => {
  const put = (selectors: Record<string, unknown>) =>
    setup.call('PutEventSelectors', { TrailName: 'management', ...selectors });
  const get = async () => (await setup.call('GetEventSelectors', { TrailName: ARN })).output;
  const hasCustom = async () => {
    const { output } = await setup.call('GetTrail', { Name: 'management' });
    return (output['Trail'] as Record<string, unknown>)['HasCustomEventSelectors'];
  };

  it('come back as they were put, one kind in place of the other', async () => {
    await make();
    expect(await hasCustom()).toBe(false);
    const AdvancedEventSelectors = [
      {
        Name: 'writes of a bucket',
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          {
            Field: 'resources.ARN',
            StartsWith: ['arn:aws:s3:::b/', 'arn:aws:s3:::a/'],
            NotEndsWith: ['.tmp'],
          },
          { Field: 'readOnly', Equals: ['false'] },
        ],
      },
      { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
    ];
    const answer = { TrailARN: ARN, AdvancedEventSelectors };
    expect((await put({ AdvancedEventSelectors })).output).toEqual(answer);
    expect(await get()).toEqual(answer);
    expect(await hasCustom()).toBe(true);
    await put({ EventSelectors: [{ ReadWriteType: 'WriteOnly' }] });
    expect(await get()).toEqual({
      TrailARN: ARN,
      EventSelectors: [
        {
          ReadWriteType: 'WriteOnly',
          IncludeManagementEvents: true,
          DataResources: [],
          ExcludeManagementEventSources: [],
        },
      ],
    });
    await put({ EventSelectors: [{}] });
    expect(await hasCustom()).toBe(false);
  });

  const field = (Field: string, given: Record<string, unknown>) => ({ Field, ...given });
  const DATA = field('eventCategory', { Equals: ['Data'] });
  const MANAGEMENT = field('eventCategory', { Equals: ['Management'] });
  const OBJECT = field('resources.type', { Equals: ['AWS::S3::Object'] });
  const NETWORK = field('eventCategory', { Equals: ['NetworkActivity'] });
  const advanced = (...FieldSelectors: unknown[]) => ({ AdvancedEventSelectors: [{ FieldSelectors }] });
  const values = (...Values: string[]) => ({
    EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object', Values }] }],
  });
  it.each([
    ['neither kind', {}, 'but not none'],
    ['both kinds', { EventSelectors: [{}], AdvancedEventSelectors: [] }, 'but not both'],
    ['no selector', { EventSelectors: [] }, '(1 to 5)'],
    ['six selectors', { EventSelectors: Array.from({ length: 6 }, () => ({})) }, 'not 6'],
    [
      'a read-write type',
      { EventSelectors: [{ ReadWriteType: 'Some' }] },
      'EventSelectors[0].ReadWriteType is not valid: "Some"',
    ],
    [
      'a bucket without a slash',
      values('arn:aws:s3:::bucket'),
      'Value arn:aws:s3:::bucket for DataResources.Values is invalid.',
    ],
    ['a wildcard', values('arn:aws:s3:::*'), 'Value arn:aws:s3:::* for DataResources.Values is invalid.'],
    [
      '251 values',
      values(...Array.from({ length: 251 }, (_, n) => `arn:aws:s3:::b/${n}`)),
      'Specify a valid number of DataResources.Values (0 to 250) for all your selectors',
    ],
    [
      'another type',
      { EventSelectors: [{ DataResources: [{ Type: 'AWS::SQS::Queue', Values: [] }] }] },
      'AWS::SQS::Queue for DataResources.Type',
    ],
    [
      'another source to exclude',
      { EventSelectors: [{ ExcludeManagementEventSources: ['s3.amazonaws.com'] }] },
      '"s3.amazonaws.com" for ExcludeManagementEventSources',
    ],
    ['no category', advanced(OBJECT), 'eventCategory is required'],
    [
      'a category of event data stores',
      advanced(field('eventCategory', { Equals: ['Insight'] })),
      'eventCategory "Insight"',
    ],
    [
      'two categories',
      advanced(field('eventCategory', { Equals: ['Data', 'Management'] })),
      'exactly one value',
    ],
    ['data of no type', advanced(DATA), 'resources.type is required'],
    ['two types', advanced(DATA, OBJECT, OBJECT), 'only once'],
    [
      'a type with a prefix',
      advanced(DATA, field('resources.type', { StartsWith: ['AWS::S3'] })),
      'operator StartsWith',
    ],
    ['no operator', advanced(DATA, OBJECT, field('eventName', {})), '"eventName" has no operator'],
    ['no value', advanced(DATA, OBJECT, field('eventName', { Equals: [] })), 'eventName Equals has no value'],
    ['an empty value', advanced(DATA, OBJECT, field('eventName', { Equals: [''] })), 'has 0 characters'],
    [
      'what is no ARN',
      advanced(DATA, OBJECT, field('resources.ARN', { Equals: ['bucket/'] })),
      '"bucket/" is not valid for resources.ARN',
    ],
    [
      'readOnly maybe',
      advanced(MANAGEMENT, field('readOnly', { Equals: ['maybe'] })),
      '"maybe" is not valid for readOnly',
    ],
    [
      'names of management events',
      advanced(MANAGEMENT, field('eventName', { Equals: ['RunInstances'] })),
      '"eventName" cannot be used for Management',
    ],
    [
      'a source of management events',
      advanced(MANAGEMENT, field('eventSource', { Equals: ['kms.amazonaws.com'] })),
      'operator Equals cannot be used with eventSource',
    ],
    ['network activity of no source', advanced(NETWORK), 'eventSource is required'],
    [
      'an unknown field',
      advanced(DATA, OBJECT, field('color', { Equals: ['red'] })),
      '"color" cannot be used',
    ],
    [
      '501 values',
      advanced(DATA, OBJECT, field('eventName', { Equals: Array.from({ length: 500 }, (_, n) => `N${n}`) })),
      'at most 500 values',
    ],
    ['a text for a list', { AdvancedEventSelectors: 'all' }, 'AdvancedEventSelectors is not valid: "all"'],
  ])('are refused: %s', async (_, selectors, message) => {
    await make();
    const error = await errorOf(put(selectors));
    expect(error).toMatchObject({ code: 'InvalidEventSelectorsException', status: 400 });
    expect(error?.message).toContain(message);
    expect(await hasCustom()).toBe(false);
  });

  it('are changed from the home region only, of a trail that there is', async () => {
    await make({ IsMultiRegionTrail: true });
    const input = { TrailName: ARN, EventSelectors: [{}] };
    expect(await errorOf(setup.call('PutEventSelectors', input, { region: 'eu-west-1' }))).toMatchObject({
      code: 'InvalidHomeRegionException',
    });
    const unknown = setup.call('PutEventSelectors', { ...input, TrailName: 'no-such-trail' });
    expect(await errorOf(unknown)).toMatchObject({ code: 'TrailNotFoundException' });
  });
});
