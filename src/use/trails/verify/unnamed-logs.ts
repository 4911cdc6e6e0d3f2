import { hashOfFile, type MissingLog } from './check-logs.ts';
import type { JudgedChain } from './judge-chain.ts';
import type { LogName } from './key-names.ts';
import type { TimeSpan } from './missing-digests.ts';
import type { Finding, Notes } from './report.ts';
import type { FileAddress, VerifySource } from './source.ts';

export type ListedLog = LogName & { readonly modifiedAt: number | undefined };

/** A file's name has the minute of its delivery, and a retried delivery may be late. */
const SLACK = 600;
const MINUTE = 60;

/** Log files of an account and region that no signed digest names: put there by somebody else, or not named yet. */
export async function judgeUnnamedLogs(
  deps: {
    readonly source: VerifySource;
    readonly notes: Notes;
    readonly now: number;
    readonly range: TimeSpan;
    readonly deliveredBy?: ((file: FileAddress) => Promise<string | undefined>) | undefined;
  },
  logs: readonly ListedLog[],
  judged: {
    readonly chains: readonly JudgedChain[];
    readonly named: ReadonlySet<string>;
    readonly missing: readonly MissingLog[];
  },
): Promise<void> {
  const doubted = new Set(
    judged.chains.flatMap((chain) =>
      chain.refuted.flatMap((digest) => digest.body.logFiles.map((log) => deps.source.uri(log))),
    ),
  );
  const moved = new Map(judged.missing.map((log) => [log.hash, log.uri]));
  for (const log of logs) {
    const uri = deps.source.uri({ bucket: deps.source.bucket, key: log.key });
    if (judged.named.has(uri)) continue;
    const origin = moved.size === 0 ? undefined : moved.get((await hashOfFile(deps.source, log.key)) ?? '');
    const finding =
      origin !== undefined
        ? movedFrom(origin)
        : verdictOn(deps, log, { judged, isDoubted: doubted.has(uri) });
    if (finding === undefined) continue;
    if (finding.kind === 'log-unnamed') {
      const by = await deps.deliveredBy?.({ bucket: deps.source.bucket, key: log.key });
      if (by !== undefined) {
        deps.notes.findings.push({ ...unvalidated(by), subject: 'Log file', uri });
        continue;
      }
    }
    if (finding.severity !== 'notice') deps.notes.logFiles[finding.severity]++;
    deps.notes.findings.push({ ...finding, subject: 'Log file', uri });
  }
}

/** Times of a chain that decide what a file without a digest means. */
export type ChainSpans = Pick<JudgedChain, 'covered' | 'holes' | 'usual'>;

type Verdict = Pick<Finding, 'kind' | 'severity' | 'message'>;

function unvalidated(trail: string): Verdict {
  return {
    kind: 'log-unvalidated',
    severity: 'notice',
    message: `delivered by ${trail}, which has no validation: nothing proves it`,
  };
}

function movedFrom(origin: string): Verdict {
  return { kind: 'log-moved', severity: 'invalid', message: `has been moved from ${origin}` };
}

/** What is to be said of a log file that no believed digest names; undefined: nothing. */
export function verdictOn(
  deps: { readonly now: number; readonly range: TimeSpan },
  log: ListedLog,
  { judged, isDoubted }: { judged: { readonly chains: readonly ChainSpans[] }; isDoubted: boolean },
): Verdict | undefined {
  if (isDoubted) {
    return {
      kind: 'log-unproven',
      severity: 'unproven',
      message: 'not checked: the digest file that names it is invalid',
    };
  }
  const at = log.deliveredSeconds;
  if (at + MINUTE <= deps.range.from || at > deps.range.to) return undefined;
  const holes = judged.chains.flatMap((chain) => chain.holes);
  if (holes.some((hole) => isWithin(log, hole))) {
    return {
      kind: 'log-unproven',
      severity: 'unproven',
      message: 'not checked: the digest file that names it is missing',
    };
  }
  const covered = judged.chains.flatMap((chain) => chain.covered);
  const span = covered.find((one) => isWithin(log, one));
  if (span === undefined) return afterAll(log, covered);
  const usual = Math.max(1, ...judged.chains.map((chain) => chain.usual ?? 1));
  const newest = Math.max(...covered.map((one) => one.to));
  if (mayBeNamedYet(log, { newest, usual, now: deps.now })) return PENDING;
  return { kind: 'log-unnamed', severity: 'invalid', message: 'no digest file names it' };
}

const PENDING: Verdict = {
  kind: 'log-pending',
  severity: 'notice',
  message: 'delivered after the newest digest file, which therefore cannot name it',
};

/** The bucket's own time decides where there is one: names tell no more than the minute. */
function isWithin(log: ListedLog, span: TimeSpan): boolean {
  const at = log.deliveredSeconds;
  if (at >= span.from && at < span.to) return true;
  const isSameMinute = at < span.from && at + MINUTE > span.from;
  if (!isSameMinute || log.modifiedAt === undefined) return false;
  const modified = log.modifiedAt / 1000;
  return modified > span.from + 1 && modified < span.to;
}

function mayBeNamedYet(
  log: ListedLog,
  { newest, usual, now }: { newest: number; usual: number; now: number },
): boolean {
  if (log.modifiedAt === undefined) return log.deliveredSeconds >= newest - SLACK;
  if (log.modifiedAt < newest * 1000 - 1000) return false;
  // Its minute holds the end of the newest digest: it may well have come after it. Otherwise it is late, and the next digest must name it.
  return log.deliveredSeconds + MINUTE > newest || now < (newest + 2 * usual) * 1000;
}

/** Nothing is said of files from before validation or while it was off. */
function afterAll(log: ListedLog, covered: readonly TimeSpan[]): Verdict | undefined {
  const isAfter = covered.length > 0 && covered.every((span) => log.deliveredSeconds >= span.to - MINUTE);
  return isAfter ? PENDING : undefined;
}
