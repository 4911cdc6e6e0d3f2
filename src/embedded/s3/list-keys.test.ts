import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openSettings } from '../../store/settings/open-settings.ts';
import { BucketStore } from './bucket-store.ts';
import type { Blobs } from './blobs.ts';
import type { Encryptions } from './encryption.ts';
import { listKeys } from './list-keys.ts';
import { bucketMigrations, type BucketTables } from './settings.ts';

const KEYS = [
  'a',
  'a/b',
  'a/b/c',
  'a/b0',
  'a/c/d',
  'b',
  'logs/2026/01/x',
  'logs/2026/02/y',
  'logs/2026/02/z',
  'logz',
  'ü',
  '😀',
  '\u{FFFD}',
];

let store: BucketStore;
let close: () => Promise<void>;

beforeEach(async () => {
  const opened = await openSettings<BucketTables>({ path: ':memory:', migrations: [bucketMigrations] });
  close = opened.close;
  const blobs = {} as Blobs;
  const encryptions = {} as Encryptions;
  store = new BucketStore({
    settings: opened.db,
    blobs,
    encryptions,
    clock: { now: () => 0 },
    tell: () => undefined,
  });
  for (const key of [...KEYS].reverse()) {
    const row = { bucket: 'logs', key, size: 1, etag: '"e"', modified_at: 0, properties: '{}', blob: 'x' };
    await opened.db.insertInto('s3_objects').values(row).execute();
  }
});

afterEach(() => close());

async function walk(query: { prefix: string; delimiter: string; limit: number }) {
  const found: string[] = [];
  let after = '';
  for (;;) {
    const page = await listKeys(store, { bucket: 'logs', after, ...query });
    found.push(...[...page.objects.map((object) => object.key), ...page.commonPrefixes].sort(byBytes));
    if (page.next === undefined) return found;
    after = page.next;
  }
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What the S3 documentation says, the slow way. */
function expected(prefix: string, delimiter: string): string[] {
  const names = KEYS.filter((key) => key.startsWith(prefix)).map((key) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? key : key.slice(0, at + delimiter.length);
  });
  return [...new Set(names)].sort(byBytes);
}

describe('listing a bucket', () => {
  it.each([1, 2, 3, 5, 1000])(
    'gives every key and common prefix once, in UTF-8 byte order, in pages of %i',
    async (limit) => {
      for (const prefix of ['', 'a', 'a/', 'a/b', 'logs/', 'logs/2026/', 'nothing', 'ü']) {
        for (const delimiter of ['', '/', '20']) {
          expect(
            await walk({ prefix, delimiter, limit }),
            `prefix "${prefix}" delimiter "${delimiter}"`,
          ).toEqual(expected(prefix, delimiter));
        }
      }
    },
  );

  it('gives nothing, and no next page, for zero keys', async () => {
    expect(await listKeys(store, { bucket: 'logs', prefix: '', delimiter: '', after: '', limit: 0 })).toEqual(
      { objects: [], commonPrefixes: [], next: undefined },
    );
  });
});
