import { globSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { parseRecords } from '../../src/record/slice-records.ts';

export type RealRecord = Readonly<Record<string, unknown>>;

/** Where records that AWS made lie, if they are on this machine. */
export const REAL_RECORDS = '../shared/vectors/records';

/** All that tell of calls. */
export function* realRecords(): Generator<RealRecord> {
  for (const file of globSync(`${REAL_RECORDS}/**/*.{ndjson,json.gz}`)) {
    const bytes = readFileSync(file);
    for (const one of parseRecords(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)) {
      if ('record' in one && one.record['eventType'] === 'AwsApiCall') yield one.record;
    }
  }
}

/** `s3` of `s3.amazonaws.com`. */
export function serviceOf(record: RealRecord): string {
  return String(record['eventSource']).split('.')[0] ?? '';
}
