import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { logSetup, memoryMetrics, type LogSetup } from '../../../../test/kit/log-setup.ts';
import { eventually } from '../../../../test/kit/run.ts';
import { errorOf } from '../../../../test/kit/trail-setup.ts';

const GROUP = { logGroupName: 'app' };
const STREAM = { ...GROUP, logStreamName: 's' };
const MINUTE = 60_000;

let logs: LogSetup;
let metrics: ReturnType<typeof memoryMetrics>;

beforeEach(async () => {
  metrics = memoryMetrics();
  logs = await logSetup({ metrics: metrics.port });
  await logs.makeStream(STREAM);
});
afterEach(() => logs.stop());

const transformation = { metricName: 'm', metricNamespace: 'N', metricValue: '1' };
const filter = (given: { name?: string; pattern?: string } & Record<string, unknown> = {}) => {
  const { name = 'f', pattern = 'ERROR', ...changed } = given;
  return {
    ...GROUP,
    filterName: name,
    filterPattern: pattern,
    metricTransformations: [{ ...transformation, ...changed }],
  };
};
const put = (...messages: string[]) =>
  logs.call('PutLogEvents', {
    ...STREAM,
    logEvents: messages.map((message) => ({ timestamp: logs.time.now, message })),
  });
const until = <T>(look: () => T | undefined) => eventually(async () => look(), 20_000);
const counted = (expected: object, name = 'm') =>
  until(() =>
    JSON.stringify(metrics.counts('N', name)) === JSON.stringify(expected) ? true : undefined,
  ).catch(() => expect(metrics.counts('N', name)).toEqual(expected));

describe('metric filters', () => {
  it('are put, put anew, described and deleted', async () => {
    await logs.call('PutMetricFilter', filter({ name: 'b', unit: 'Count', defaultValue: 0 }));
    await logs.call('PutMetricFilter', filter({ name: 'a', pattern: '{ $.a = 1 }', metricName: 'other' }));
    await logs.call('PutMetricFilter', filter({ name: 'b', pattern: 'WARN' }));
    const names = async (input: object) => {
      const { metricFilters } = await logs.call('DescribeMetricFilters', input);
      return (metricFilters as { filterName: string }[]).map(({ filterName }) => filterName);
    };
    expect(await logs.call('DescribeMetricFilters', { ...GROUP, filterNamePrefix: 'b' })).toEqual({
      metricFilters: [
        {
          filterName: 'b',
          filterPattern: 'WARN',
          metricTransformations: [transformation],
          creationTime: logs.time.now,
          logGroupName: 'app',
          applyOnTransformedLogs: false,
        },
      ],
    });
    expect(await names({})).toEqual(['a', 'b']);
    expect(await names({ metricName: 'other', metricNamespace: 'N' })).toEqual(['a']);
    const first = await logs.call('DescribeMetricFilters', { limit: 1 });
    expect(await names({ nextToken: first['nextToken'] })).toEqual(['b']);
    expect((await logs.call('DescribeLogGroups'))['logGroups']).toMatchObject([{ metricFilterCount: 2 }]);
    await logs.call('DeleteMetricFilter', { ...GROUP, filterName: 'a' });
    expect(await errorOf(logs.call('DeleteMetricFilter', { ...GROUP, filterName: 'a' }))).toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'The specified metric filter does not exist.',
    });
    await logs.call('DeleteLogGroup', GROUP);
    expect(await names({})).toEqual([]);
  });

  it.each([
    [filter({ pattern: '{ $.a }' }), 'Invalid filter pattern'],
    [filter({ metricValue: 'x' }), 'neither a number nor a field'],
    [filter({ metricValue: '$.latency' }), 'it has no field "$.latency"'],
    [filter({ pattern: '[a, b]', metricValue: '$c' }), 'it has no field "$c"'],
    [filter({ metricName: '' }), 'metricTransformations.1.member.metricName'],
    [filter({ metricNamespace: 'a:b' }), 'metricTransformations.1.member.metricNamespace'],
    [filter({ unit: 'Parsecs' }), 'metricTransformations.1.member.unit'],
    [filter({ pattern: '{ $.a = 1 }', dimensions: { A: 'a' } }), 'the dimension "A" must be a field'],
    [filter({ pattern: '{ $.a = 1 }', dimensions: { A: '$.a' }, defaultValue: 0 }), 'mutually exclusive'],
    [
      filter({ pattern: '{ $.a = 1 }', dimensions: { A: '$.a', B: '$.b', C: '$.c', D: '$.d' } }),
      'at most 3 dimensions',
    ],
    [{ ...filter(), metricTransformations: [transformation, transformation] }, 'metricTransformations'],
    [{ ...filter(), fieldSelectionCriteria: 'x' }, 'fieldSelectionCriteria'],
  ])('%j is refused', async (input, text) => {
    const error = await errorOf(logs.call('PutMetricFilter', input));
    expect(error).toMatchObject({ code: 'InvalidParameterException' });
    expect(error?.message).toContain(text);
  });

  it('are a hundred for a group, five with regular expressions', async () => {
    for (let n = 0; n < 5; n++)
      await logs.call('PutMetricFilter', filter({ name: `regex-${n}`, pattern: '%E+%' }));
    const limited = { code: 'LimitExceededException' };
    expect(await errorOf(logs.call('PutMetricFilter', filter({ name: 'r', pattern: '%E%' })))).toMatchObject(
      limited,
    );
    await logs.call('PutMetricFilter', filter({ name: 'regex-4', pattern: '%F%' }));
    for (let n = 5; n < 100; n++) await logs.call('PutMetricFilter', filter({ name: `${n}` }));
    expect(await errorOf(logs.call('PutMetricFilter', filter({ name: 'more' })))).toMatchObject(limited);
    await logs.call('PutMetricFilter', filter({ name: '99', pattern: 'WARN' }));
  });

  it('count what arrives after them, in the minute of the event', async () => {
    await put('ERROR before');
    await logs.call('PutMetricFilter', filter({ unit: 'Count' }));
    logs.start();
    await put('ERROR one', 'fine', 'ERROR two');
    await counted({ 1: 2 });
    const minute = logs.time.now - (logs.time.now % MINUTE);
    expect(metrics.data('N')).toMatchObject([{ name: 'm', unit: 'Count', time: minute }]);
    await put('ERROR three');
    await counted({ 1: 3 });
    await logs.call('DeleteMetricFilter', { ...GROUP, filterName: 'f' });
    await put('ERROR after');
    await logs.call('PutMetricFilter', filter({ name: 'again' }));
    await put('ERROR four');
    await counted({ 1: 4 });
  });

  it('measure fields of the message, by dimensions', async () => {
    await logs.call(
      'PutMetricFilter',
      filter({ pattern: '{ $.ms = * }', metricValue: '$.ms', dimensions: { Name: '$.name' } }),
    );
    await logs.call(
      'PutMetricFilter',
      filter({ name: 'g', pattern: '[verb, bytes > 10]', metricValue: '$bytes', metricName: 'size' }),
    );
    logs.start();
    await put(
      ...['{"ms":5,"name":"a"}', '{"ms":7,"name":"b"}', '{"ms":5,"name":"a"}', '{"ms":"x","name":"a"}'],
      ...['{"ms":9}', 'GET 20', 'GET 5', 'GET 20.5'],
    );
    await counted({ 20: 1, 20.5: 1 }, 'size');
    expect(metrics.data('N').filter(({ name }) => name === 'm')).toMatchObject([
      { dimensions: [{ name: 'Name', value: 'a' }], values: [{ value: 5, count: 2 }] },
      { dimensions: [{ name: 'Name', value: 'b' }], values: [{ value: 7, count: 1 }] },
    ]);
  });

  it('give their default value once for a minute in which events came and none matched', async () => {
    await logs.call('PutMetricFilter', filter({ defaultValue: 0 }));
    logs.start();
    await put('fine', 'fine too');
    logs.time.now += MINUTE;
    await put('fine', 'ERROR');
    await counted({ 0: 1, 1: 1 });
    logs.time.now += MINUTE;
    await put('fine still');
    logs.time.now += 3 * MINUTE;
    await counted({ 0: 2, 1: 1 });
    logs.time.now += 10 * MINUTE;
    await put('ERROR again');
    await counted({ 0: 2, 1: 2 });
  });

  it.each(['before', 'after'] as const)(
    'count once what CloudWatch failed %s it was kept, over a restart too',
    async (failing) => {
      await logs.call('PutMetricFilter', filter());
      logs.start();
      metrics.state.failing = failing;
      await put('ERROR one', 'ERROR two');
      await until(() => (metrics.state.puts > 0 ? true : undefined));
      await put('ERROR three');
      metrics.state.failing = 'no';
      await logs.restart();
      await put('ERROR four');
      await counted({ 1: 4 });
    },
  );
});
