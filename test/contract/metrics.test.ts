import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { MetricSample, MetricSeries, MetricStore } from '../../src/store/contract.ts';
import { startEngine } from '../../src/store/events/engine/engine.ts';
import { createMetricStore } from '../../src/store/metrics/create-metric-store.ts';
import { startClickHouseServer } from '../kit/clickhouse-server.ts';
import { memoryMetrics } from '../kit/memory-metrics.ts';
import { missingTool, needing } from '../kit/tools.ts';

const NOW = Math.floor(Date.now() / 60_000) * 60 - 600;

type Opened = { readonly store: MetricStore; readonly stop: () => Promise<void> };

function metricsContract(title: string, start: () => Promise<Opened>): void {
  describe(title, () => {
    let opened: Opened;
    let store: MetricStore;
    beforeAll(async () => {
      opened = await start();
      store = opened.store;
    });
    afterAll(() => opened.stop());

    const seriesOf = (name: string, dimensions: MetricSeries['dimensions'] = [], namespace = 'App') => {
      return { account: '1', region: 'r', namespace, name, dimensions };
    };
    const value = (series: MetricSeries, time: number, measured: number, count = 1): MetricSample => ({
      series,
      time,
      unit: 'Count',
      count,
      sum: measured * count,
      minimum: measured,
      maximum: measured,
    });

    it('adds up what was measured, by period', async () => {
      const series = seriesOf('sums', [['odd', 'a"b\t\\,["x","y"]']]);
      await store.put([
        value(series, NOW, 3),
        value(series, NOW + 59, -1.5, 2),
        value(series, NOW + 180, 0.1),
      ]);
      await store.put([
        { ...value(series, NOW + 61, 0), count: 4, sum: 10, minimum: 1, maximum: 5, unit: 'Bytes' },
      ]);
      await store.put([value(seriesOf('sums'), NOW, 100)]);
      const range = { series, from: NOW - 60, to: NOW + 240, period: 60 };
      expect(await store.periods(range)).toEqual([
        { time: NOW, count: 3, sum: 0, minimum: -1.5, maximum: 3, unit: 'Count' },
        { time: NOW + 60, count: 4, sum: 10, minimum: 1, maximum: 5, unit: 'Bytes' },
        { time: NOW + 180, count: 1, sum: 0.1, minimum: 0.1, maximum: 0.1, unit: 'Count' },
      ]);
      expect(await store.periods({ ...range, period: 300, unit: 'Bytes' })).toMatchObject([
        { time: NOW - 60, sum: 10 },
      ]);
      expect(await store.periods({ ...range, to: NOW + 1, period: 10 })).toMatchObject([
        { time: NOW, sum: 3 },
      ]);
      expect(await store.distributions(range)).toEqual([
        {
          time: NOW,
          values: [
            [-1.5, 2],
            [3, 1],
          ],
          unit: 'Count',
        },
        { time: NOW + 180, values: [[0.1, 1]], unit: 'Count' },
      ]);
    });

    it('puts once what comes again under its token', async () => {
      const series = seriesOf('once');
      await store.put([value(series, NOW, 1)], 'token');
      await store.put([value(series, NOW, 1)], 'token');
      await Promise.all(Array.from({ length: 50 }, () => store.put([value(series, NOW, 1)])));
      const range = { series, from: NOW, to: NOW + 60, period: 60 };
      expect(await store.periods(range)).toMatchObject([{ count: 51 }]);
    });

    it('lists metrics in order, by what they are and when they were measured', async () => {
      const [a, b] = [seriesOf('a', [['k', 'v']], 'List'), seriesOf('a', [['k', 'w']], 'List')];
      const [c, old] = [
        seriesOf(
          'c',
          [
            ['k', 'v'],
            ['l', 'k'],
          ],
          'List',
        ),
        seriesOf('old', [], 'List'),
      ];
      await store.put([value(c, NOW, 1), value(b, NOW, 1), value(a, NOW, 1), value(old, NOW - 5000, 1)]);
      const query = { account: '1', region: 'r', namespace: 'List', dimensions: [], since: 0, limit: 10 };
      expect(await store.list(query)).toEqual([a, b, c, old]);
      expect(await store.list({ ...query, since: NOW - 4000 })).toEqual([a, b, c]);
      expect(await store.list({ ...query, after: a, limit: 1 })).toEqual([b]);
      expect(await store.list({ ...query, name: 'a' })).toEqual([a, b]);
      expect(await store.list({ ...query, dimensions: [{ name: 'k', value: 'v' }] })).toEqual([a, c]);
      expect(await store.list({ ...query, dimensions: [{ name: 'l' }] })).toEqual([c]);
      expect(await store.list({ ...query, account: '2' })).toEqual([]);
    });
  });
}

metricsContract('metrics in memory', async () => ({
  store: memoryMetrics().store,
  stop: async () => undefined,
}));

metricsContract('metrics on the embedded engine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-metrics-'));
  const engine = await startEngine({ dir, log: pino({ level: 'silent' }) });
  const store = await createMetricStore(engine.url);
  const stop = async () => {
    await store.stop();
    await engine.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return { store, stop };
});

const missing = missingTool('python3');
describe.skipIf(missing !== undefined)(needing('metrics with a server', missing), () => {
  metricsContract('on a ClickHouse server', async () => {
    const server = await startClickHouseServer();
    const store = await createMetricStore(server.url);
    const stop = async () => {
      await store.stop();
      await server.stop();
    };
    return { store, stop };
  });
});
