import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf, recordJson, trailSetup, type TrailSetup } from '../../../../test/kit/trail-setup.ts';
import { runTrail } from '../delivery/run-trail.ts';
import { wantedInsights } from './wanted-insights.ts';

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/trail';
let setup: TrailSetup;
beforeEach(async () => {
  setup = await trailSetup({});
  await setup.call('CreateTrail', { Name: 'trail', S3BucketName: 'logs', EnableLogFileValidation: true });
});
afterEach(() => setup.close());

const put = (selectors: unknown, more: Record<string, unknown> = {}) =>
  setup.call('PutInsightSelectors', { TrailName: 'trail', InsightSelectors: selectors, ...more });
const rate = { InsightType: 'ApiCallRateInsight' };
const errors = { InsightType: 'ApiErrorRateInsight' };

function insight(type: string, details: Record<string, unknown> = {}): string {
  return JSON.stringify({
    ...(JSON.parse(recordJson({ category: 'Insight' })) as object),
    insightDetails: { insightType: type, ...details },
    text: type,
  });
}

describe('insight selectors', () => {
  it('are answered as they are put, for management events unless told otherwise, and end with an empty list', async () => {
    expect((await put([rate, errors])).output).toEqual({
      TrailARN: ARN,
      InsightSelectors: [
        { ...rate, EventCategories: ['Management'] },
        { ...errors, EventCategories: ['Management'] },
      ],
    });
    const get = () => setup.call('GetInsightSelectors', { TrailName: ARN });
    expect((await get()).output['InsightSelectors']).toHaveLength(2);
    expect((await setup.call('GetTrail', { Name: 'trail' })).output['Trail']).toMatchObject({
      HasInsightSelectors: true,
    });
    await put([]);
    expect(await errorOf(get())).toMatchObject({ code: 'InsightNotEnabledException' });
  });

  it.each([
    ['InvalidInsightSelectorsException', [{ InsightType: 'Nonsense' }], {}],
    ['InvalidInsightSelectorsException', undefined, {}],
    ['InvalidInsightSelectorsException', [{ ...rate, EventCategories: ['Insight'] }], {}],
    ['InvalidInsightSelectorsException', [{ ...rate, EventCategories: ['Data'] }], {}],
    ['InvalidParameterCombinationException', [rate], { InsightsDestination: 'x'.repeat(36) }],
    ['InvalidParameterCombinationException', [rate], { TrailName: undefined }],
    ['TrailNotFoundException', [rate], { TrailName: 'other' }],
    ['InvalidTrailNameException', [rate], { TrailName: 'a' }],
    ['SerializationException', 'text', {}],
  ])('are refused with %s: %j %j', async (code, selectors, more) => {
    expect(await errorOf(put(selectors, more))).toMatchObject({ code });
  });

  it('need a trail that logs such events', async () => {
    const reads = { ReadWriteType: 'ReadOnly', IncludeManagementEvents: true };
    await setup.call('PutEventSelectors', { TrailName: 'trail', EventSelectors: [reads] });
    expect(await errorOf(put([rate]))).toMatchObject({ code: 'InvalidInsightSelectorsException' });
    expect((await put([errors])).output['InsightSelectors']).toHaveLength(1);
  });

  it('tell where insights are wanted, while the trail logs', async () => {
    await put([rate]);
    const ask = { account: '123456789012', region: 'us-east-1', source: 'ec2.amazonaws.com' };
    const wants = async (more = {}) =>
      (await wantedInsights(setup.settings))({
        ...ask,
        type: rate.InsightType,
        category: 'Management',
        ...more,
      });
    expect(await wants()).toBe(false);
    await setup.call('StartLogging', { Name: 'trail' });
    expect(await wants()).toBe(true);
    expect(await wants({ region: 'eu-west-1' })).toBe(false);
    expect(await wants({ account: '210987654321' })).toBe(false);
    expect(await wants({ type: errors.InsightType })).toBe(false);
    expect(await wants({ category: 'Data' })).toBe(false);
  });
});

describe('delivery', () => {
  it('puts the insights that are asked for into files of their own, which digests name', async () => {
    await setup.call('StartLogging', { Name: 'trail' });
    setup.journal.add(insight('ApiCallRateInsight'));
    await put([rate]);
    setup.journal.add(recordJson({ text: 'a call' }));
    setup.journal.add(insight('ApiCallRateInsight', { state: 'Start' }));
    setup.journal.add(insight('ApiErrorRateInsight'));
    setup.journal.add(insight('ApiCallRateInsight', { eventCategory: 'Data' }));
    const [trail] = await setup.settings.selectFrom('trails').selectAll().execute();
    await runTrail(setup.deps, trail?.id ?? '', { files: true });
    const [key = ''] = setup.memory.keys('/CloudTrail-Insight/');
    expect(key).toMatch(
      /^AWSLogs\/123456789012\/CloudTrail-Insight\/us-east-1\/2026\/11\/21\/123456789012_CloudTrail-Insight_us-east-1_20261121T1000Z_\w{16}\.json\.gz$/,
    );
    const { Records: records } = JSON.parse(setup.memory.text(key) ?? '') as { Records: object[] };
    expect(records).toMatchObject([{ insightDetails: { state: 'Start' } }]);
    expect(setup.memory.keys('_CloudTrail_')).toHaveLength(1);
    setup.time.now += 3_600_000;
    await runTrail(setup.deps, trail?.id ?? '', { files: true });
    const digests = setup.memory.keys('CloudTrail-Digest').map((digest) => setup.memory.text(digest));
    expect(digests.join()).toContain(key);
  });
});
