import { createHash } from 'node:crypto';

import { AwsError } from '../../aws/errors.ts';
import { randomAlnum } from '../../base/ids.ts';
import type { BlobBody } from './blobs.ts';
import type { BucketStore, CheckWritten, ObjectProperties, StoredObject, Writing } from './bucket-store.ts';
import { etagOf, type DataKey } from './encryption.ts';
import type { PartRow, UploadRow } from './settings.ts';

const LEAST_PART = 5 * 1024 * 1024;

export type CompletedPart = { readonly PartNumber?: number; readonly ETag?: string };

/** Uploads in parts, as https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html describes them. */
export class MultipartUploads {
  readonly #store: BucketStore;

  constructor(store: BucketStore) {
    this.#store = store;
  }

  async begin(bucket: string, key: string, properties: ObjectProperties): Promise<string> {
    const row: UploadRow = {
      upload_id: randomAlnum(64),
      bucket,
      key,
      started_at: this.#store.clock.now(),
      properties: JSON.stringify(properties),
    };
    await this.#store.settings.insertInto('s3_uploads').values(row).execute();
    return row.upload_id;
  }

  /** Throws NoSuchUpload. */
  async find(bucket: string, key: string, uploadId: string): Promise<UploadRow> {
    const row = await this.#store.settings
      .selectFrom('s3_uploads')
      .selectAll()
      .where('upload_id', '=', uploadId)
      .executeTakeFirst();
    if (row?.bucket !== bucket || row.key !== key) {
      const message =
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
      throw new AwsError('NoSuchUpload', message, { status: 404, detail: { UploadId: uploadId } });
    }
    return row;
  }

  async putPart(
    upload: UploadRow,
    partNumber: number,
    body: BlobBody,
    { check, dataKey }: { readonly check?: CheckWritten; readonly dataKey?: DataKey | undefined } = {},
  ): Promise<PartRow> {
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
      throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
    }
    const written = await this.#store.blobs.write(body, dataKey?.key);
    const row: PartRow = {
      upload_id: upload.upload_id,
      part_number: partNumber,
      size: written.size,
      etag: etagOf(written, dataKey?.stored),
      modified_at: this.#store.clock.now(),
      blob: written.blob,
    };
    let former: PartRow | undefined;
    try {
      check?.(written);
      former = (await this.parts(upload)).find((part) => part.part_number === partNumber);
      await this.#store.settings
        .insertInto('s3_parts')
        .values(row)
        .onConflict((conflict) => conflict.columns(['upload_id', 'part_number']).doUpdateSet(row))
        .execute();
    } catch (error) {
      await this.#store.blobs.remove(written.blob);
      throw error;
    }
    if (former) await this.#store.blobs.remove(former.blob);
    return row;
  }

  async parts(upload: UploadRow): Promise<readonly PartRow[]> {
    return this.#store.settings
      .selectFrom('s3_parts')
      .selectAll()
      .where('upload_id', '=', upload.upload_id)
      .orderBy('part_number')
      .execute();
  }

  async uploads(bucket: string): Promise<readonly UploadRow[]> {
    return this.#store.settings
      .selectFrom('s3_uploads')
      .selectAll()
      .where('bucket', '=', bucket)
      .orderBy('key')
      .orderBy('started_at')
      .execute();
  }

  /** Throws InvalidPart, InvalidPartOrder or EntityTooSmall. */
  async complete(
    upload: UploadRow,
    wanted: readonly CompletedPart[],
    { dataKey, change }: Pick<Writing, 'dataKey' | 'change'> = {},
  ): Promise<StoredObject> {
    const chosen = choose(await this.parts(upload), wanted);
    const digests = Buffer.concat(chosen.map((part) => Buffer.from(part.etag.replaceAll('"', ''), 'hex')));
    const etag = `"${createHash('md5').update(digests).digest('hex')}-${chosen.length}"`;
    const written = await this.#store.blobs.join(chosen, dataKey?.key);
    const properties = propertiesOfUpload(upload);
    const stored = await this.#store.adopt({ bucket: upload.bucket, key: upload.key, properties }, written, {
      etag,
      change,
    });
    await this.forget(upload);
    return stored;
  }

  async forget(upload: UploadRow): Promise<void> {
    const parts = await this.parts(upload);
    await this.#store.settings.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('s3_parts').where('upload_id', '=', upload.upload_id).execute();
      await transaction.deleteFrom('s3_uploads').where('upload_id', '=', upload.upload_id).execute();
    });
    for (const part of parts) await this.#store.blobs.remove(part.blob);
  }
}

export function propertiesOfUpload(upload: UploadRow): ObjectProperties {
  return JSON.parse(upload.properties) as ObjectProperties;
}

function choose(stored: readonly PartRow[], wanted: readonly CompletedPart[]): readonly PartRow[] {
  if (wanted.length === 0) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const byNumber = new Map(stored.map((part) => [part.part_number, part]));
  const bare = (etag: string | undefined) => etag?.replaceAll('"', '');
  let last = 0;
  const chosen = wanted.map(({ PartNumber, ETag }) => {
    const part = byNumber.get(PartNumber ?? 0);
    if (!part || bare(ETag) !== bare(part.etag)) {
      const message =
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
      throw new AwsError('InvalidPart', message, { detail: { PartNumber: String(PartNumber ?? '') } });
    }
    if (part.part_number <= last) {
      throw new AwsError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
      );
    }
    last = part.part_number;
    return part;
  });
  if (chosen.slice(0, -1).some((part) => part.size < LEAST_PART)) {
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  return chosen;
}
