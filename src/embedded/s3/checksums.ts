import { AwsError } from '../../aws/errors.ts';
import type { OperationInput } from '../../aws/operation.ts';
import type { WrittenBlob } from './blobs.ts';
import type { CheckWritten } from './bucket-store.ts';

/** Compares what was written with the digests that the caller sent in headers; trailers are checked where chunks are decoded. Throws BadDigest. */
export function checksumCheck(input: OperationInput): CheckWritten {
  return (written) => {
    compare('Content-MD5', input['ContentMD5'], () => fromHex(written.md5));
    compare('x-amz-checksum-sha1', input['ChecksumSHA1'], () => fromHex(written.sha1));
    compare('x-amz-checksum-sha256', input['ChecksumSHA256'], () => fromHex(written.sha256));
    compare('x-amz-checksum-crc32', input['ChecksumCRC32'], () => crcText(written));
  };
}

function compare(header: string, claimed: unknown, actual: () => string): void {
  if (typeof claimed !== 'string' || claimed === actual()) return;
  const message =
    header === 'Content-MD5'
      ? 'The Content-MD5 you specified did not match what we received.'
      : `The ${header} you specified did not match the calculated checksum.`;
  throw new AwsError('BadDigest', message);
}

function fromHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

function crcText(written: WrittenBlob): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(written.crc32);
  return bytes.toString('base64');
}
