import { existsSync, globSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { compileFilterPattern } from '../../use/logs/filter-pattern/compile.ts';
import { CIS_ALARMS } from './cis.ts';

const VECTORS = '../shared/vectors';

it('has the fourteen alarms of the benchmark, each once', () => {
  expect(CIS_ALARMS.map(({ control }) => control)).toEqual(
    Array.from({ length: 14 }, (_, n) => `3.${n + 1}`),
  );
  expect(new Set(CIS_ALARMS.map(({ name }) => name)).size).toBe(14);
});

describe.skipIf(!existsSync(VECTORS))('the filters of the shared benchmark', () => {
  it('are the same filters, and find in the shared records what is there', () => {
    const theirs = readFileSync(`${VECTORS}/filter-patterns/cis.ndjson`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { source: string; pattern: string })
      .filter(({ source }) => source.endsWith('cis_benchmark.yaml'))
      .map(({ pattern }) => pattern);
    const bare = (pattern: string): string => pattern.replace(/\s+/g, '');
    expect(CIS_ALARMS.map(({ pattern }) => bare(pattern)).sort()).toEqual(theirs.map(bare).sort());
    const records = globSync(`${VECTORS}/records/**/*.{ndjson,json.gz}`).flatMap(recordsOf);
    expect(records.length).toBeGreaterThan(4900);
    const counts = CIS_ALARMS.map(({ pattern }) => {
      const { matches } = compileFilterPattern(pattern);
      return records.filter((record) => matches(record)).length;
    });
    const plainly = CIS_ALARMS.map(
      (alarm) => records.filter((record) => isMeant(alarm, JSON.parse(record) as Json)).length,
    );
    expect(counts).toEqual(plainly);
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(300);
  });
});

function recordsOf(file: string): readonly string[] {
  if (!file.endsWith('.gz')) return readFileSync(file, 'utf8').trim().split('\n');
  const { Records } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { Records: object[] };
  return Records.map((record) => JSON.stringify(record));
}

type Json = {
  readonly eventName?: string;
  readonly eventSource?: string;
  readonly eventType?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly userIdentity?: { readonly type?: string; readonly invokedBy?: string };
  readonly additionalEventData?: { readonly MFAUsed?: string };
};

/** What the benchmark means, without the language of filters. */
function isMeant({ control, pattern }: (typeof CIS_ALARMS)[number], record: Json): boolean {
  const { eventName = '', eventSource, errorCode = '' } = record;
  switch (control) {
    case '3.1':
      return errorCode.endsWith('UnauthorizedOperation') || errorCode.startsWith('AccessDenied');
    case '3.2':
      return eventName === 'ConsoleLogin' && (record.additionalEventData?.MFAUsed ?? 'Yes') !== 'Yes';
    case '3.3':
      return (
        record.userIdentity?.type === 'Root' &&
        record.userIdentity.invokedBy === undefined &&
        record.eventType !== 'AwsServiceEvent'
      );
    case '3.6':
      return eventName === 'ConsoleLogin' && record.errorMessage === 'Failed authentication';
    default: {
      const names = [...pattern.matchAll(/eventName = (\w+)/g)].map(([, name]) => name);
      const source = /eventSource = ([\w.]+)/.exec(pattern)?.[1];
      return names.includes(eventName) && (source === undefined || source === eventSource);
    }
  }
}
