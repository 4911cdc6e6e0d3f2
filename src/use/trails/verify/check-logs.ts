import { hash } from 'node:crypto';

import { gunzipMember } from './gunzip.ts';
import { inParallel } from './parallel.ts';
import type { NamedLog } from './read-digest.ts';
import type { Finding, Notes } from './report.ts';
import type { FileAddress, VerifySource } from './source.ts';

/** A log file that a digest names; `isProven`: the digest is signed. */
export type WantedLog = NamedLog & {
  readonly isProven: boolean;
  /** End of that digest, seconds. */
  readonly namedAt: number;
};

export type MissingLog = { readonly uri: string; readonly hash: string };

/** Fetches and hashes every file, `width` at a time. Answers those that are not there. */
export async function checkLogs(
  { source, notes }: { readonly source: VerifySource; readonly notes: Notes },
  wanted: readonly WantedLog[],
  {
    width,
    done,
    seen,
  }: {
    readonly width: number;
    readonly done: () => void;
    /** Called with the content of each file that is as its digest says. */
    readonly seen?: ((log: WantedLog, content: Buffer) => void) | undefined;
  },
): Promise<readonly MissingLog[]> {
  const missing: MissingLog[] = [];
  await inParallel(wanted, width, async (log) => {
    const uri = source.uri(log);
    const read = await readNamedLog(source, log);
    if ('content' in read) seen?.(log, read.content);
    if ('kind' in read) {
      if (read.kind === 'log-not-found') missing.push({ uri, hash: log.hash });
      notes.logFiles.invalid++;
      notes.findings.push({ ...read, severity: 'invalid', subject: 'Log file', uri });
    } else if (log.isProven) {
      notes.logFiles.valid++;
      notes.valid('Log file', uri);
    } else notes.logFiles.unproven++;
    done();
  });
  return missing;
}

export async function hashOfFile(source: VerifySource, key: string): Promise<string | undefined> {
  const file = await source.get({ bucket: source.bucket, key });
  const unzipped = file === undefined ? undefined : await gunzipMember(file.body);
  return unzipped !== undefined && 'content' in unzipped ? sha256(unzipped.content) : undefined;
}

export type LogProblem = Pick<Finding, 'message'> & {
  readonly kind: 'log-not-found' | 'log-format' | 'log-changed';
};

/** What the file holds, or why that is not what a digest says. */
export async function readNamedLog(
  source: VerifySource,
  log: NamedLog,
): Promise<LogProblem | { readonly content: Buffer }> {
  const read = await readLog(source, log);
  return 'kind' in read || sha256(read.content) === log.hash ? read : CHANGED;
}

const CHANGED: LogProblem = { kind: 'log-changed', message: "hash value doesn't match" };

export async function readLog(
  source: VerifySource,
  log: FileAddress,
): Promise<LogProblem | { readonly content: Buffer }> {
  const file = await source.get(log);
  if (file === undefined) return { kind: 'log-not-found', message: 'not found' };
  const unzipped = await gunzipMember(file.body);
  return 'problem' in unzipped ? { kind: 'log-format', message: unzipped.problem } : unzipped;
}

function sha256(content: Uint8Array): string {
  return hash('sha256', content, 'hex');
}
