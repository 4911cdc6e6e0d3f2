import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from '@clickhouse/client';
import { pino } from 'pino';
import { describe } from 'vitest';

import { createMetrics } from '../../src/base/metrics.ts';
import { columnsOf } from '../../src/record/columns.ts';
import { createEventStore } from '../../src/store/events/create-event-store.ts';
import { startEngine } from '../../src/store/events/engine/engine.ts';
import { startClickHouseServer } from '../kit/clickhouse-server.ts';
import { missingTool, needing } from '../kit/tools.ts';
import { eventStoreContract, type EventStoreUnderTest } from './event-store.contract.ts';

const log = pino({ level: 'silent' });

eventStoreContract('event store on the embedded engine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-engine-'));
  const engine = await startEngine({ dir, log });
  return underTest(engine.url, async () => {
    await engine.stop();
    rmSync(dir, { recursive: true, force: true });
  });
});

const missing = missingTool('python3');
describe.skipIf(missing !== undefined)(needing('with a server', missing), () => {
  eventStoreContract('event store on a ClickHouse server', async () => {
    const server = await startClickHouseServer();
    return underTest(server.url, server.stop);
  });
});

function underTest(url: string, stop: () => Promise<void>): EventStoreUnderTest {
  return {
    open: (journalId) =>
      createEventStore({
        url,
        journalId,
        retentionMs: 4000 * 86_400_000,
        columnsOf: (raw) => columnsOf(JSON.parse(Buffer.from(raw).toString()) as Record<string, unknown>),
        log,
        metrics: createMetrics(),
      }),
    command: async (query) => {
      const client = createClient({ url });
      await client.command({ query });
      await client.close();
    },
    stop,
  };
}
