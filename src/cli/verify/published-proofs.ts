import { readFile } from 'node:fs/promises';

import { messageOf, OpentrailError } from '../../base/errors.ts';
import { parseRecords } from '../../record/slice-records.ts';
import { parseCheckpoint } from '../../use/proofs/note/checkpoint.ts';
import { RecordHashes, type DeliveredFile } from '../../use/proofs/verify/record-hashes.ts';
import type { ProofReport } from '../../use/proofs/verify/report.ts';
import { verifyProofs, type VerifyProofsOptions } from '../../use/proofs/verify/verify-proofs.ts';
import { gunzipMember } from '../../use/trails/verify/gunzip.ts';
import type { VerifySource } from '../../use/trails/verify/source.ts';
import type { VerifyOptions } from '../../use/trails/verify/verify-logs.ts';
import type { VerifyCommandOptions } from './options.ts';
import { keyOfServer, trustOf } from './trust.ts';

export type PublishedProofs = {
  /** The source, overheard: what is listed of it tells which trees are there. */
  readonly source: VerifySource;
  /** Undefined: log files are not looked into. */
  readonly onLogFile: VerifyOptions['onLogFile'];
  /** After the log files: undefined when there is no tree, and none was asked for. */
  readonly verify: () => Promise<ProofReport | undefined>;
};

/** The trees beside digests, checked in the same run as the log files: the source is listed once, each log file read once. */
export async function publishedProofs(
  source: VerifySource,
  options: VerifyCommandOptions,
): Promise<PublishedProofs> {
  const [trust, earlier] = await Promise.all([trustOf(options), readEarlier(options)]);
  const keys: string[] = [];
  const records = new RecordHashes();
  const read: VerifyProofsOptions['read'] = async (key) =>
    (await source.get({ bucket: source.bucket, key }))?.body;
  const collect: VerifyOptions['onLogFile'] = (chain, log, content) => {
    const uri = source.uri(log);
    const place = `${chain.root}AWSLogs/${chain.organization}`;
    const trail = `${chain.homeRegion}_${chain.trail}`;
    records.add({ uri, bucket: log.bucket, key: log.key, place, trail, namedAt: log.namedAt }, content);
  };
  return {
    source: {
      ...source,
      list: async function* (prefix) {
        for await (const file of source.list(prefix)) {
          if (file.key.includes('/CloudTrail-Proof/')) keys.push(file.key);
          yield file;
        }
      },
    },
    onLogFile: holdsRecords(options) ? collect : undefined,
    verify: async () => {
      const isAsked = holdsRecords(options);
      if (keys.length === 0 && !isAsked) return undefined;
      const key = trust.key ?? (await keyOfServer(options));
      return verifyProofs({
        keys,
        read,
        uri: (name) => source.uri({ bucket: source.bucket, key: name }),
        trust: { ...trust, key },
        earlier,
        asked: isAsked ? source.name : undefined,
        range: { from: options.startTime ?? 0, to: options.endTime ?? Infinity },
        records,
        cut: (file) => cut(source, file),
      });
    },
  };
}

/** Every record is cut and hashed, and every leaf read: as much work again as the log files themselves. Done for whoever asks about the tree. */
function holdsRecords({ tree, publicKey, checkpoint, witness }: VerifyCommandOptions): boolean {
  return tree === true || publicKey !== undefined || checkpoint !== undefined || witness.length > 0;
}

async function readEarlier({
  checkpoint: file,
}: VerifyCommandOptions): Promise<VerifyProofsOptions['earlier']> {
  if (file === undefined) return undefined;
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new OpentrailError('BAD_ARGUMENT', `--checkpoint: ${messageOf(cause)}`, { cause });
  });
  return { checkpoint: parseCheckpoint(bytes, file), name: file };
}

async function cut(source: VerifySource, { bucket, key }: DeliveredFile) {
  const file = await source.get({ bucket, key });
  const unzipped = file === undefined ? undefined : await gunzipMember(file.body);
  if (unzipped === undefined || 'problem' in unzipped) return [];
  return [...parseRecords(unzipped.content)].flatMap((one) =>
    'raw' in one ? [{ raw: one.raw, id: idOf(one.record) }] : [],
  );
}

function idOf(record: Readonly<Record<string, unknown>>): string {
  const id = record['eventID'];
  return typeof id === 'string' ? id : 'without eventID';
}
