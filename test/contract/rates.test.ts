import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RateCount, RateKey } from '../../src/store/contract.ts';
import { startEngine } from '../../src/store/events/engine/engine.ts';
import { createRateStore, type ClickHouseRates } from '../../src/store/rates/create-rate-store.ts';
import { startClickHouseServer } from '../kit/clickhouse-server.ts';
import { missingTool, needing } from '../kit/tools.ts';

const NOW = Math.floor(Date.now() / 60_000) - 100;
const KEY: RateKey = {
  account: '123456789012',
  region: 'us-east-1',
  category: 'Management',
  readOnly: false,
  source: 'ec2.amazonaws.com',
  name: 'RunInstances',
  error: '',
};
const API = { account: KEY.account, region: KEY.region, source: KEY.source, name: KEY.name };
const count = (minute: number, calls: number, key: Partial<RateKey> = {}): RateCount => ({
  key: { ...KEY, ...key },
  minute,
  calls,
});

type Opened = { readonly store: ClickHouseRates; readonly stop: () => Promise<void> };

function ratesContract(title: string, start: () => Promise<Opened>): void {
  describe(title, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await start();
    });
    afterAll(() => opened.stop());

    it('adds up counts by minute, and reads them by API', async () => {
      const { store } = opened;
      await store.add([count(NOW, 3), count(NOW + 7, 1, { error: "odd\t'code" })], 'a');
      await store.add([count(NOW, 4), count(NOW + 1, 1, { readOnly: true })], 'b');
      const series = await store.read({ from: NOW, to: NOW + 60 });
      const seen = series.map(({ key, minutes, calls }) => [
        key.error,
        key.readOnly,
        [...minutes],
        [...calls],
      ]);
      expect(seen).toHaveLength(3);
      expect(seen).toContainEqual(['', false, [NOW], [7]]);
      expect(seen).toContainEqual(["odd\t'code", false, [NOW + 7], [1]]);
      const range = { ...API, from: NOW, to: NOW + 10, period: 5, watched: true };
      expect(await store.periods(range)).toEqual([
        { minute: NOW, calls: 7 },
        { minute: NOW + 5, calls: 1 },
      ]);
      expect(await store.periods({ ...range, watched: false, error: '' })).toEqual([
        { minute: NOW, calls: 8 },
      ]);
    });

    it('counts once what comes again under its token', async () => {
      const { store } = opened;
      const once = [count(NOW, 5, { account: '1' })];
      await store.add(once, 'once');
      await store.add(once, 'once');
      const places = [{ account: '1', region: 'us-east-1' }];
      expect((await store.read({ from: NOW, to: NOW + 1, places }))[0]?.calls).toEqual(Uint32Array.of(5));
      expect(await store.read({ from: NOW, to: NOW + 1, places: [] })).toEqual([]);
    });

    it('knows when counting began in each place', async () => {
      const { store } = opened;
      await store.add([count(NOW - 50, 1, { account: '2' })], 'c');
      await store.add([count(NOW, 1, { account: '2' })], 'd');
      expect(await store.began()).toContainEqual({ account: '2', region: 'us-east-1', minute: NOW - 50 });
    });
  });
}

ratesContract('rates in the embedded engine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-rates-'));
  const engine = await startEngine({ dir, log: pino({ level: 'silent' }) });
  const store = await createRateStore(engine.url);
  return {
    store,
    stop: async () => {
      await store.stop();
      await engine.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});

const missing = missingTool('python3');
describe.skipIf(missing !== undefined)(needing('rates with a server', missing), () => {
  ratesContract('rates on a ClickHouse server', async () => {
    const server = await startClickHouseServer();
    const store = await createRateStore(server.url);
    return {
      store,
      stop: async () => {
        await store.stop();
        await server.stop();
      },
    };
  });
});
