import type { CompiledQuery } from 'kysely';

import type { Clock } from '../../base/clock.ts';
import type { Settings } from '../../store/settings/contract.ts';
import { AwsError } from '../../aws/errors.ts';
import type { BlobBody, Blobs, WrittenBlob } from './blobs.ts';
import { etagOf, type DataKey, type Encryption, type Encryptions } from './encryption.ts';
import { notificationsOf, type Change, type ChangedObject } from './notifications/change.ts';
import type { BucketRow, BucketTables, ObjectRow } from './settings.ts';

/** Headers that S3 keeps with an object and gives back. */
export type ObjectProperties = {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly sse?: Encryption | undefined;
};

export type StoredObject = {
  readonly key: string;
  readonly size: number;
  /** With its quotes, as on the wire. */
  readonly etag: string;
  readonly modifiedAt: number;
  readonly properties: ObjectProperties;
  readonly blob: string;
};

/** Checks what was written before it becomes the object; throws AwsError (`BadDigest`, …). */
export type CheckWritten = (written: WrittenBlob) => void;

/** `change`: as what it is told to those who want to know. */
export type Writing = {
  readonly check?: CheckWritten;
  readonly dataKey?: DataKey | undefined;
  readonly change?: Change | undefined;
};

export type BucketStoreDeps = {
  readonly settings: Settings<BucketTables>;
  readonly blobs: Blobs;
  readonly encryptions: Encryptions;
  readonly clock: Clock;
  /** Something is to be told of a change. */
  readonly tell: () => void;
};

/** Buckets and objects on the local disk: bytes in blob files, the index in the settings store. */
export class BucketStore {
  readonly #deps: BucketStoreDeps;
  readonly #buckets = new Map<string, BucketRow>();
  readonly #objectQuery: CompiledQuery<ObjectRow>;
  #bucketWrites = 0;

  constructor(deps: BucketStoreDeps) {
    this.#deps = deps;
    // Asked for each object that is read: building the query anew took longer than running it.
    this.#objectQuery = deps.settings
      .selectFrom('s3_objects')
      .selectAll()
      .where('bucket', '=', '')
      .where('key', '=', '')
      .compile();
  }

  get settings(): Settings<BucketTables> {
    return this.#deps.settings;
  }

  get blobs(): Blobs {
    return this.#deps.blobs;
  }

  get encryptions(): Encryptions {
    return this.#deps.encryptions;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  /** Asked three times for each request, so the rows that there are stay in memory; whoever writes one goes through this class. */
  async findBucket(name: string): Promise<BucketRow | undefined> {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const writes = this.#bucketWrites;
    const query = this.settings.selectFrom('s3_buckets').selectAll().where('name', '=', name);
    const row = await query.executeTakeFirst();
    // What was read while somebody wrote may be of before.
    if (row !== undefined && writes === this.#bucketWrites) this.#buckets.set(name, row);
    return row;
  }

  /** Does nothing when there is a bucket of that name. */
  async addBucket(row: BucketRow): Promise<void> {
    const query = this.settings.insertInto('s3_buckets').values(row);
    await this.#writeBucket(row.name, () => query.onConflict((conflict) => conflict.doNothing()).execute());
  }

  async removeBucket(name: string): Promise<void> {
    const query = this.settings.deleteFrom('s3_buckets').where('name', '=', name);
    await this.#writeBucket(name, () => query.execute());
  }

  async setBucket(
    name: string,
    to: Partial<Pick<BucketRow, 'policy' | 'encryption' | 'notifications'>>,
  ): Promise<void> {
    const query = this.settings.updateTable('s3_buckets').set(to).where('name', '=', name);
    await this.#writeBucket(name, () => query.execute());
  }

  async #writeBucket(name: string, write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } finally {
      this.#bucketWrites += 1;
      this.#buckets.delete(name);
    }
  }

  /** Throws NoSuchBucket. */
  async bucket(name: string): Promise<BucketRow> {
    const row = await this.findBucket(name);
    if (!row)
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
        status: 404,
        detail: { BucketName: name },
      });
    return row;
  }

  async findObject(bucket: string, key: string): Promise<StoredObject | undefined> {
    const { rows } = await this.settings.executeQuery<ObjectRow>({
      ...this.#objectQuery,
      parameters: [bucket, key],
    });
    return rows[0] && storedObject(rows[0]);
  }

  /** Throws NoSuchKey. */
  async object(bucket: string, key: string): Promise<StoredObject> {
    const found = await this.findObject(bucket, key);
    if (!found)
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', {
        status: 404,
        detail: { Key: key },
      });
    return found;
  }

  async put(
    target: { bucket: string; key: string; properties: ObjectProperties },
    body: BlobBody,
    { check, dataKey, change }: Writing = {},
  ): Promise<StoredObject> {
    const written = await this.blobs.write(body, dataKey?.key);
    const properties = { ...target.properties, sse: dataKey?.stored };
    return this.adopt({ ...target, properties }, written, {
      etag: etagOf(written, dataKey?.stored),
      check,
      change,
    });
  }

  /** Makes a written blob the object under its key; the former one's bytes go. */
  async adopt(
    target: { bucket: string; key: string; properties: ObjectProperties },
    written: WrittenBlob,
    {
      etag,
      check,
      change,
    }: {
      readonly etag: string;
      readonly check?: CheckWritten | undefined;
      readonly change?: Change | undefined;
    },
  ): Promise<StoredObject> {
    const row: ObjectRow = {
      bucket: target.bucket,
      key: target.key,
      size: written.size,
      etag,
      modified_at: this.clock.now(),
      properties: JSON.stringify(target.properties),
      blob: written.blob,
    };
    let former: StoredObject | undefined;
    try {
      check?.(written);
      former = await this.findObject(target.bucket, target.key);
      await this.#write(row.bucket, change, { key: row.key, written: row }, (settings) =>
        settings
          .insertInto('s3_objects')
          .values(row)
          .onConflict((conflict) => conflict.columns(['bucket', 'key']).doUpdateSet(row))
          .execute(),
      );
    } catch (error) {
      await this.blobs.remove(written.blob);
      throw error;
    }
    if (former) await this.blobs.remove(former.blob);
    return storedObject(row);
  }

  /** Deleting what is not there is no error, as in S3. */
  async remove(bucket: string, key: string, change?: Change): Promise<void> {
    const former = await this.findObject(bucket, key);
    if (!former) return;
    await this.#write(bucket, change, { key }, (settings) =>
      settings
        .deleteFrom('s3_objects')
        .where('bucket', '=', bucket)
        .where('key', '=', key)
        .where('blob', '=', former.blob)
        .execute(),
    );
    await this.blobs.remove(former.blob);
  }

  /** Changes an object and notes whom to tell of it, both or neither. */
  async #write(
    bucket: string,
    change: Change | undefined,
    object: ChangedObject,
    write: (settings: Settings<BucketTables>) => Promise<unknown>,
  ): Promise<void> {
    const row = change === undefined ? undefined : await this.findBucket(bucket);
    const told = change === undefined ? [] : notificationsOf(row, change, { object, now: this.clock.now() });
    if (told.length === 0) return void (await write(this.settings));
    await this.settings.transaction().execute(async (transaction) => {
      await write(transaction);
      await transaction.insertInto('s3_notifications').values(told).execute();
    });
    this.#deps.tell();
  }

  /** Frees blob files that no row names. */
  async sweep(): Promise<number> {
    return this.blobs.sweep(async (blobs) => {
      const objects = await this.settings
        .selectFrom('s3_objects')
        .select('blob')
        .where('blob', 'in', blobs)
        .execute();
      const parts = await this.settings
        .selectFrom('s3_parts')
        .select('blob')
        .where('blob', 'in', blobs)
        .execute();
      return new Set([...objects, ...parts].map((row) => row.blob));
    });
  }
}

export function storedObject(row: ObjectRow): StoredObject {
  return {
    key: row.key,
    size: row.size,
    etag: row.etag,
    modifiedAt: row.modified_at,
    properties: JSON.parse(row.properties) as ObjectProperties,
    blob: row.blob,
  };
}
