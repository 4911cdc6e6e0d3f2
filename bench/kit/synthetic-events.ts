import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { columnsOf } from '../../src/record/columns.ts';
import type { EventColumns } from '../../src/record/event-record.ts';
import type { JournalEntry } from '../../src/store/contract.ts';
import { createRandom, type Random } from './random.ts';

/** Events for measuring: real records (shared vectors) as templates, with fresh ids, keys, addresses, accounts and times. */
export type SyntheticEvents = {
  /** Entries with consecutive sequence numbers from `seq` on, times ascending within [from, to]. */
  readonly entries: (seq: number, count: number) => JournalEntry[];
};

export type SyntheticOptions = {
  readonly templates: readonly Template[];
  /** How many events there will be in all, spread evenly over the time range (seconds). */
  readonly total: number;
  readonly from: number;
  readonly to: number;
  readonly seed?: number;
};

export const HOT_ACCOUNT = '123456789012';
export const HOT_REGION = 'us-east-1';
const REGIONS = ['us-east-1', 'eu-west-1', 'eu-central-1', 'ap-southeast-2'];
/** Share of the events that one account and region has, so that searching it means something. */
const HOT_SHARE = 0.43;

export function syntheticEvents({ templates, total, from, to, seed = 1 }: SyntheticOptions): SyntheticEvents {
  const random = createRandom(seed);
  const accounts = Array.from({ length: 19 }, () => random.digits(12));
  const keys = Array.from(
    { length: Math.max(200, Math.ceil(total / 100)) },
    (_, i) => (i % 5 === 0 ? 'AKIA' : 'ASIA') + random.upper(16),
  );
  const step = (to - from) / total;
  const one = (seq: number): JournalEntry => {
    const hot = random.next() < HOT_SHARE;
    const values: Values = {
      id: random.uuid(),
      request: random.uuid(),
      time: new Date(Math.floor(from + step * (seq - 1)) * 1000).toISOString().slice(0, 19) + 'Z',
      account: hot ? HOT_ACCOUNT : (accounts[skewed(random, accounts.length)] ?? HOT_ACCOUNT),
      region: hot ? HOT_REGION : (REGIONS[skewed(random, REGIONS.length)] ?? HOT_REGION),
      key: keys[skewed(random, keys.length)] ?? '',
      ip: `198.51.${random.below(256)}.${random.below(256)}`,
    };
    const template = templates[skewed(random, templates.length)];
    return fill(template as Template, values, seq, Math.floor(from + step * (seq - 1)));
  };
  return { entries: (seq, count) => Array.from({ length: count }, (_, i) => one(seq + i)) };
}

/** Few values are frequent, most are rare. */
function skewed(random: Random, length: number): number {
  return Math.min(length - 1, Math.floor(length * random.next() ** 2.5));
}

type Values = Readonly<Record<'id' | 'request' | 'time' | 'account' | 'region' | 'key' | 'ip', string>>;
/** Text and slots in turn. */
export type Template = {
  readonly parts: readonly (string | { readonly slot: keyof Values })[];
  readonly columns: EventColumns;
};

function fill({ parts, columns }: Template, values: Values, seq: number, time: number): JournalEntry {
  const text = parts.map((part) => (typeof part === 'string' ? part : values[part.slot])).join('');
  const account = columns.account;
  const swap = (old: string) => (account === '' ? old : old.replaceAll(account, values.account));
  const filled: EventColumns = {
    ...columns,
    id: values.id,
    eventId: values.id,
    time,
    account: values.account,
    region: values.region,
    accessKey: columns.accessKey === '' ? '' : values.key,
    sourceIp: /^\d/.test(columns.sourceIp) ? values.ip : columns.sourceIp,
    userArn: swap(columns.userArn),
    resources: columns.resources.map(({ type, name }) => ({ type, name: swap(name) })),
  };
  return { kind: 'record', origin: 'imported', raw: Buffer.from(text), id: values.id, seq, columns: filled };
}

/** The records of a vectors folder as templates; [] when it is not there. */
export function loadTemplates(vectors: string): readonly Template[] {
  if (!existsSync(vectors)) return [];
  return [...recordTexts(join(vectors, 'records'))]
    .map(toTemplate)
    .filter((template) => template !== undefined);
}

function* recordTexts(folder: string): Generator<string> {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, file);
    if (file.endsWith('.ndjson')) yield* readFileSync(path, 'utf8').split('\n').filter(Boolean);
    if (file.endsWith('.json.gz')) {
      const { Records } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { Records: unknown[] };
      for (const record of Records) yield JSON.stringify(record);
    }
  }
}

function toTemplate(text: string): Template | undefined {
  const record = JSON.parse(text) as Record<string, unknown>;
  const columns = columnsOf(record as never);
  if (columns.category !== 'Management') return undefined;
  const slots = new Map<string, keyof Values>();
  const add = (value: unknown, slot: keyof Values) => {
    if (typeof value === 'string' && value.length >= 7) slots.set(value, slot);
  };
  add(record['requestID'], 'request');
  add(record['eventTime'], 'time');
  add(columns.account, 'account');
  add(columns.accessKey, 'key');
  add(/^\d/.test(columns.sourceIp) ? columns.sourceIp : undefined, 'ip');
  add(record['eventID'], 'id');
  const parts = text.split(
    new RegExp(`(${[...slots.keys()].map(escapeRegExp).join('|')}|(?<="awsRegion": ?")[a-z0-9-]+)`),
  );
  return {
    columns,
    parts: parts.map((part, i) => (i % 2 === 0 ? part : { slot: slots.get(part) ?? 'region' })),
  };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
