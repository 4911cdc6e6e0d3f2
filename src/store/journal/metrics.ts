import { Counter, Gauge, Histogram, type Registry } from '../../base/metrics.ts';
import type { JournalStatus } from './contract.ts';

export type JournalMetrics = {
  readonly entries: Counter;
  readonly bytes: Counter;
  readonly frames: Counter;
  readonly failures: Counter;
  readonly syncSeconds: Histogram;
};

const STATES = { ok: 0, reserve: 1, full: 2 } as const;

export function createJournalMetrics(registry: Registry): JournalMetrics {
  const registers = [registry];
  return {
    entries: new Counter({
      name: 'opentrail_journal_entries_total',
      help: 'Entries written to the journal.',
      registers,
    }),
    bytes: new Counter({
      name: 'opentrail_journal_bytes_total',
      help: 'Bytes written to the journal.',
      registers,
    }),
    frames: new Counter({
      name: 'opentrail_journal_writes_total',
      help: 'Group writes to the journal.',
      registers,
    }),
    failures: new Counter({
      name: 'opentrail_journal_failures_total',
      help: 'Writes and syncs that the disk refused.',
      registers,
    }),
    syncSeconds: new Histogram({
      name: 'opentrail_journal_sync_seconds',
      help: 'Duration of fdatasync.',
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
      registers,
    }),
  };
}

/** Gauges that are read when somebody looks. */
export function showStatus(registry: Registry, status: () => JournalStatus): void {
  const gauge = (name: string, help: string, value: (now: JournalStatus) => number) =>
    new Gauge({
      name: `opentrail_journal_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value(status()));
      },
    });
  gauge('head_seq', 'Newest durable entry.', (now) => now.head);
  gauge('oldest_seq', 'Oldest entry that can be read.', (now) => now.oldest);
  gauge('disk_bytes', 'Bytes of all files of the journal, the reserve included.', (now) => now.bytesOnDisk);
  gauge('free_bytes', 'Bytes that still fit without a new block from the disk.', (now) => now.freeBytes);
  gauge('segments', 'Segment files.', (now) => now.segments);
  gauge('open_intents', 'Write calls whose outcome is not known yet.', (now) => now.openIntents);
  gauge('state', '0 ok, 1 living on the reserve, 2 full.', (now) => STATES[now.state]);
}
