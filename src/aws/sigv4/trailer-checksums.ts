import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';

import { AwsError } from '../errors.ts';
import type { Headers } from '../protocols/protocol.ts';

/** The checksums that `x-amz-trailer` announces, calculated while the content passes. */
export type TrailerChecksums = {
  readonly announced: (name: string) => boolean;
  readonly update: (bytes: Uint8Array) => void;
  /** Throws MalformedTrailerError when one is missing, BadDigest when one is wrong. */
  readonly verify: (trailers: Headers) => Promise<void>;
};

type Checksum = { readonly update: (bytes: Uint8Array) => void; readonly digest: () => Promise<string> };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html. Throws InvalidRequest for what is no checksum we know. */
export function createTrailerChecksums(header: string | undefined): TrailerChecksums {
  const running = new Map<string, Checksum>();
  for (const part of (header ?? '').split(',')) {
    const name = part.trim().toLowerCase();
    if (name === '') continue;
    const create = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
    if (create === undefined)
      throw new AwsError(
        'InvalidRequest',
        `The value specified in the x-amz-trailer header is not supported: ${name.slice(0, 100)}`,
      );
    running.set(name, create());
  }
  return {
    announced: (name) => running.has(name),
    update: (bytes) => {
      for (const checksum of running.values()) checksum.update(bytes);
    },
    verify: async (trailers) => {
      for (const [name, checksum] of running) {
        const claimed = trailers[name];
        if (claimed === undefined)
          throw new AwsError('MalformedTrailerError', `The trailer ${name} was announced and did not come.`);
        if (claimed === (await checksum.digest())) continue;
        const algorithm = name.slice('x-amz-checksum-'.length).toUpperCase();
        throw new AwsError(
          'BadDigest',
          `The ${algorithm} you specified did not match the calculated checksum.`,
        );
      }
    },
  };
}

const ALGORITHMS: Readonly<Record<string, () => Checksum>> = {
  'x-amz-checksum-crc32': runningCrc32,
  'x-amz-checksum-crc32c': () => fromSdk(new Crc32c()),
  'x-amz-checksum-crc64nvme': () => fromSdk(new Crc64Nvme()),
  'x-amz-checksum-sha1': () => fromHash('sha1'),
  'x-amz-checksum-sha256': () => fromHash('sha256'),
  'x-amz-checksum-sha512': () => fromHash('sha512'),
  'x-amz-checksum-md5': () => fromHash('md5'),
};

function runningCrc32(): Checksum {
  let value = 0;
  return {
    update: (bytes) => void (value = crc32(bytes, value)),
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return Promise.resolve(bytes.toString('base64'));
    },
  };
}

function fromHash(algorithm: string): Checksum {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => Promise.resolve(hash.digest('base64')) };
}

function fromSdk(checksum: {
  update: (bytes: Uint8Array) => void;
  digest: () => Promise<Uint8Array>;
}): Checksum {
  return {
    update: (bytes) => checksum.update(bytes),
    digest: async () => Buffer.from(await checksum.digest()).toString('base64'),
  };
}
