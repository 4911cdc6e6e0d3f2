import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { randomUUID } from 'node:crypto';

import { createLogger } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { EventRecord } from '../../record/event-record.ts';
import type { JournalEntry, JournalInput, JournalKind } from '../contract.ts';
import type { JournalHandle, JournalOptions } from './contract.ts';
import { openJournal } from './open-journal.ts';

/** For the tests of the store. */

export async function withFolder<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'opentrail-store-'));
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export function openTestJournal(dir: string, options: Partial<JournalOptions> = {}): Promise<JournalHandle> {
  return openJournal({
    dir,
    sync: 'group',
    segmentBytes: 256 * 1024,
    clock: { now: Date.now },
    log: createLogger('silent'),
    metrics: createMetrics(),
    ...options,
  });
}

export function input(text: string, kind: JournalKind = 'record', id: string = randomUUID()): JournalInput {
  return { kind, origin: 'captured', id, raw: Buffer.from(text) };
}

export function eventRecord(text: string, id: string = randomUUID()): EventRecord {
  const columns = {
    id,
    eventId: id,
    time: 1,
    account: '123456789012',
    region: 'us-east-1',
    source: 'ec2.amazonaws.com',
    name: 'RunInstances',
    category: 'Management',
    readOnly: false,
    username: '',
    accessKey: '',
    userArn: '',
    sourceIp: '',
    error: '',
    resources: [],
  } as const;
  return { raw: Buffer.from(text), columns, origin: 'captured' };
}

export function textOf(entry: JournalEntry | undefined): string {
  return entry === undefined ? '' : Buffer.from(entry.raw).toString();
}

/** Everything the journal has, by as many reads as it takes. */
export async function readAll(journal: JournalHandle, maxBytes = 100_000): Promise<JournalEntry[]> {
  const all: JournalEntry[] = [];
  for (let from = journal.oldest(); from <= journal.head();) {
    const entries = await journal.read({ from, maxBytes });
    if (entries.length === 0) break;
    all.push(...entries);
    from = (entries.at(-1)?.seq ?? 0) + 1;
  }
  return all;
}

/** Polls until it is so; false when it is not within the time. */
export async function until(isSo: () => boolean | Promise<boolean>, ms = 10_000): Promise<boolean> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await isSo()) return true;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}
