import { createHash } from 'node:crypto';

import { AwsError } from '../../../../aws/errors.ts';
import type { BucketPort, DeliverySigner, PutObject } from '../../../../aws/ports.ts';
import { isoSeconds } from '../../../../base/clock.ts';
import { messageOf } from '../../../../base/errors.ts';
import type { Stoppable } from '../../../../base/lifecycle.ts';
import type { Logger } from '../../../../base/log.ts';
import { backoff, pause } from '../../../../base/retry.ts';
import type { SqlColumn } from '../../../../store/contract.ts';
import type { DeliveryStatus, QueryRow } from '../settings.ts';
import { csvFiles } from './csv-files.ts';
import { folderOf, parseDestination } from './destination.ts';
import type { ResultFiles } from './result-files.ts';

export type DeliveryDeps = {
  readonly files: Pick<ResultFiles, 'chunks'>;
  readonly buckets: Pick<BucketPort, 'put'>;
  readonly signer: DeliverySigner;
  /** For which store CloudTrail acts. */
  readonly sourceOf: (query: QueryRow) => Promise<PutObject['source']>;
  readonly log: Logger;
};

export type Delivery = Stoppable & {
  /** Undefined: it was stopped before it was done. Never rejects for what S3 says. */
  readonly deliver: (query: QueryRow) => Promise<DeliveryStatus | undefined>;
};

const TRIES = 4;

/**
 * A finished query's results in S3, and a sign file that names each file's hash:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-results-file-validation.html
 */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const stopping = new AbortController();
  return {
    deliver: async (query) => {
      try {
        return await deliverResults(deps, query, stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return undefined;
        throw error;
      }
    },
    stop: async () => stopping.abort(),
  };
}

async function deliverResults(
  deps: DeliveryDeps,
  query: QueryRow,
  signal: AbortSignal,
): Promise<DeliveryStatus> {
  const { bucket, prefix } = parseDestination(query.delivery_uri ?? '');
  const folder = folderOf({ prefix }, query);
  const source = await deps.sourceOf(query);
  const columns = JSON.parse(query.columns ?? '[]') as SqlColumn[];
  const put = (name: string, body: Uint8Array, type: Pick<PutObject, 'contentType'>) =>
    putPatiently(
      deps,
      { bucket, key: `${folder}${name}`, body, ...type, acl: 'bucket-owner-full-control', source },
      signal,
    );
  const hashes: { fileHashValue: string; fileName: string }[] = [];
  for await (const body of csvFiles(columns, deps.files.chunks(query.id))) {
    const fileName = `result_${hashes.length + 1}.csv.gz`;
    const refused = await put(fileName, body, { contentType: 'application/x-gzip' });
    if (refused !== undefined) return refused;
    hashes.push({ fileHashValue: createHash('sha256').update(body).digest('hex'), fileName });
  }
  const sign = await signFile(deps.signer, query, hashes);
  const refused = await put('result_sign.json', sign, { contentType: 'application/json' });
  if (refused === 'ACCESS_DENIED') return 'ACCESS_DENIED_SIGNING_FILE';
  return refused === undefined ? 'SUCCESS' : 'FAILED_SIGNING_FILE';
}

async function signFile(
  signer: DeliverySigner,
  query: QueryRow,
  files: readonly { readonly fileHashValue: string; readonly fileName: string }[],
): Promise<Uint8Array> {
  const completed = Math.floor((query.finished_at ?? query.created_at) / 1000) * 1000;
  const signed = files.map(({ fileHashValue }) => fileHashValue).join(' ');
  const { signature, fingerprint } = await signer.sign(signed, completed);
  return Buffer.from(
    JSON.stringify({
      version: '1.0',
      region: query.region,
      files,
      hashAlgorithm: 'SHA-256',
      signatureAlgorithm: 'SHA256withRSA',
      queryCompleteTime: isoSeconds(completed),
      hashSignature: Buffer.from(signature).toString('hex'),
      publicKeyFingerprint: fingerprint,
    }),
  );
}

/** Undefined when it was put; else why not. Tries again while S3 fails rather than refuses. Throws when it is to stop. */
async function putPatiently(
  { buckets, log }: DeliveryDeps,
  object: PutObject,
  signal: AbortSignal,
): Promise<DeliveryStatus | undefined> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      await buckets.put(object);
      return undefined;
    } catch (error) {
      const isFinal = error instanceof AwsError && error.status < 500;
      if (!isFinal && attempt < TRIES) {
        await pause(backoff(attempt), signal);
        continue;
      }
      log.warn(
        { bucket: object.bucket, key: object.key, reason: messageOf(error) },
        'query results were not delivered',
      );
      return statusOf(error);
    }
  }
}

function statusOf(error: unknown): DeliveryStatus {
  if (!(error instanceof AwsError)) return 'FAILED';
  if (error.code === 'NoSuchBucket' || error.status === 404) return 'RESOURCE_NOT_FOUND';
  return error.status === 403 ? 'ACCESS_DENIED' : 'FAILED';
}
