import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { buffer } from 'node:stream/consumers';

import { isoSeconds } from '../../../base/clock.ts';

export type PackedFile = {
  /** One gzip member. */
  readonly body: Uint8Array;
  /** SHA-256 of the uncompressed bytes, lower-case hex. */
  readonly hash: string;
};

const PIECE = 256 * 1024;

/** `{"Records":[…]}` of the records' own bytes, gzipped. The same records make the same bytes. */
export async function packRecords(records: readonly Uint8Array[]): Promise<PackedFile> {
  return pack(pieces(records));
}

/** Gzips and hashes a piece at a time, so that a large file does not hold up the calls that are being served. */
export async function pack(content: Iterable<Uint8Array>): Promise<PackedFile> {
  const hash = createHash('sha256');
  // Each output chunk is a trip to another thread.
  const gzip = createGzip({ chunkSize: PIECE });
  const body = buffer(gzip);
  for (const piece of content) {
    hash.update(piece);
    gzip.write(piece);
    await breathe();
  }
  gzip.end();
  return { body: await body, hash: hash.digest('hex') };
}

export type LogFileKind = 'CloudTrail' | 'CloudTrail-Insight' | 'CloudTrail-Aggregated';

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html */
export function logFileKey(file: {
  readonly prefix: string;
  /** '' for a trail of one account. */
  readonly organization: string;
  readonly account: string;
  /** What stands in the folder's and the file's name. */
  readonly kind?: LogFileKind;
  readonly region: string;
  /** Delivery, ms. */
  readonly at: number;
  /** 16 of [A-Za-z0-9]. */
  readonly unique: string;
}): string {
  const { account, kind = 'CloudTrail', region } = file;
  const time = isoSeconds(file.at);
  const minute = `${time.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  return `${accountFolder(file)}/${kind}/${region}/${dateFolders(time)}/${account}_${kind}_${region}_${minute}_${file.unique}.json.gz`;
}

export function accountFolder(file: {
  readonly prefix: string;
  readonly organization: string;
  readonly account: string;
}): string {
  return [file.prefix, 'AWSLogs', file.organization, file.account].filter((part) => part !== '').join('/');
}

/** `2026/11/21` of an ISO time. */
export function dateFolders(time: string): string {
  return time.slice(0, 10).replaceAll('-', '/');
}

function* pieces(records: readonly Uint8Array[]): Generator<Uint8Array> {
  let parts: Uint8Array[] = [Buffer.from('{"Records":[')];
  let size = 0;
  for (const [index, record] of records.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(record);
    size += record.length;
    if (size < PIECE) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
  }
  parts.push(Buffer.from(']}'));
  yield Buffer.concat(parts);
}

const COMMA = Buffer.from(',');
