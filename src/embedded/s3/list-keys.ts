import type { BucketStore, StoredObject } from './bucket-store.ts';
import { storedObject } from './bucket-store.ts';

export type ListKeys = {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys (or common prefixes) after this one, exclusive. */
  readonly after: string;
  readonly limit: number;
};

export type ListedKeys = {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** Set when there is more: the last key or common prefix of this page. */
  readonly next: string | undefined;
};

/** Above every key that starts with the prefix: keys compare by their UTF-8 bytes, and this is the greatest code point. */
const GREATEST = '\u{10FFFF}';

/** One page of a listing in UTF-8 byte order, as ListObjects and ListObjectsV2 want it. */
export async function listKeys(store: BucketStore, query: ListKeys): Promise<ListedKeys> {
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let position = positionAfter(query);
  let last: string | undefined;
  if (query.limit === 0) return { objects, commonPrefixes, next: undefined };
  for (;;) {
    const missing = query.limit - objects.length - commonPrefixes.length + 1;
    // With a delimiter most rows of a read may fall behind the next common prefix.
    const wanted = query.delimiter === '' ? missing : Math.min(missing, 64);
    const rows = await keysAfter(store, query, { position, limit: wanted });
    let jumped = false;
    for (const row of rows) {
      if (objects.length + commonPrefixes.length === query.limit)
        return { objects, commonPrefixes, next: last };
      const common = commonPrefixOf(row.key, query);
      if (common === undefined) {
        objects.push(storedObject(row));
        last = position = row.key;
        continue;
      }
      commonPrefixes.push(common);
      last = common;
      position = common + GREATEST;
      jumped = true;
      break;
    }
    if (!jumped && rows.length < wanted) return { objects, commonPrefixes, next: undefined };
  }
}

function positionAfter({ after, prefix, delimiter }: ListKeys): string {
  // A page that ended with a common prefix goes on behind all keys below it.
  const endedWithPrefix = delimiter !== '' && after.endsWith(delimiter) && after.length > prefix.length;
  return endedWithPrefix ? after + GREATEST : after;
}

function keysAfter(
  store: BucketStore,
  { bucket, prefix }: ListKeys,
  { position, limit }: { position: string; limit: number },
) {
  let rows = store.settings
    .selectFrom('s3_objects')
    .selectAll()
    .where('bucket', '=', bucket)
    .where('key', '>', position);
  if (prefix !== '') rows = rows.where('key', '>=', prefix).where('key', '<', prefix + GREATEST);
  return rows.orderBy('key').limit(limit).execute();
}

function commonPrefixOf(key: string, { prefix, delimiter }: ListKeys): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
