import { isoSeconds } from '../../../base/clock.ts';
import { chainKey, type ChainId } from './chain.ts';
import { checkLogs, type MissingLog, type WantedLog } from './check-logs.ts';
import { judgeChain, type JudgedChain } from './judge-chain.ts';
import { readKey, type DigestName } from './key-names.ts';
import { loadChain, type LoadedChain } from './load-chain.ts';
import type { PublicKeys } from './public-keys.ts';
import { newNotes, type ChainReport, type Notes, type VerifyReport } from './report.ts';
import type { FileAddress, VerifySource } from './source.ts';
import { judgeUnnamedLogs, type ListedLog } from './unnamed-logs.ts';

export type VerifyOptions = {
  readonly source: VerifySource;
  readonly keys: PublicKeys;
  /** Digests' signatures by key, where the source has no metadata (a folder). */
  readonly signatures?: ReadonlyMap<string, string> | undefined;
  /** Which part of the source; all of it by default. */
  readonly folders?: readonly string[] | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly trail?: { readonly name: string; readonly homeRegion: string } | undefined;
  /** Files delivered within, seconds since the epoch. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** When the server delivered its last digest (ms): a bucket without it lost its newest ones. */
  readonly lastDigestAt?: number | undefined;
  /** Which trail without validation delivered the file, if one did: no digest can name it. */
  readonly deliveredBy?: ((file: FileAddress) => Promise<string | undefined>) | undefined;
  readonly now: number;
  /** Files fetched at a time. */
  readonly width?: number | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
  readonly onValid?: Notes['valid'] | undefined;
  /** Called with the content of each log file that is as a digest of this chain says. */
  readonly onLogFile?: ((chain: ChainId, log: WantedLog, content: Buffer) => void) | undefined;
};

export type VerifyProgress = {
  readonly phase: 'listing' | 'digest files' | 'log files';
  readonly done: number;
  readonly all: number;
};

const WIDTH = 32;
/** As the AWS CLI does: files delivered before the end may be named by the digest after it. */
const LATEST_DIGEST = 3600;

/**
 * Verifies digests and log files as `aws cloudtrail validate-logs` does, in all accounts, regions and trails at once, and more strictly:
 * the hash of the previous digest, digests missing in a row, log files that no digest names, files that were moved.
 */
export async function verifyLogs(options: VerifyOptions): Promise<VerifyReport> {
  const notes = newNotes(options.onValid);
  const listing = await listFiles(options);
  const chains: ChainReport[] = [];
  for (const [place, digests] of listing.digests) {
    const found = await verifyPlace(options, notes, { digests, logs: listing.logs.get(place) ?? [] });
    chains.push(...found);
  }
  if (chains.length === 0) {
    notes.findings.push({
      kind: 'nothing-found',
      // Nothing is proven by nothing: a mistyped folder must not pass, nor a bucket that was emptied.
      severity: 'invalid',
      subject: 'Chain',
      uri: options.source.name,
      message: 'no digest files found',
    });
  }
  return {
    source: options.source.name,
    valid: !notes.findings.some((finding) => finding.severity === 'invalid'),
    from: isoOrNull(options.from ?? earliest(chains)),
    to: isoOrNull(options.to ?? latest(chains)),
    digests: notes.digests,
    logFiles: notes.logFiles,
    chains,
    findings: notes.findings,
  };
}

type Listing = {
  readonly digests: ReadonlyMap<string, readonly DigestName[]>;
  readonly logs: ReadonlyMap<string, readonly ListedLog[]>;
};

/** By account and region: a log file's name does not tell its trail. */
async function listFiles({
  source,
  account,
  region,
  folders = [''],
  onProgress,
}: VerifyOptions): Promise<Listing> {
  const digests = new Map<string, DigestName[]>();
  const logs = new Map<string, ListedLog[]>();
  let listed = 0;
  for (const folder of folders) {
    for await (const { key, modifiedAt } of source.list(folder)) {
      if (++listed % 1000 === 0) onProgress?.({ phase: 'listing', done: listed, all: 0 });
      const name = readKey(key);
      if (name === undefined || (account ?? name.account) !== name.account) continue;
      if ((region ?? name.region) !== name.region) continue;
      const place = `${name.root} ${name.organization} ${name.account} ${name.region}`;
      if (name.kind === 'digest') push(digests, place, name);
      else push(logs, place, { ...name, modifiedAt });
    }
  }
  return { digests, logs };
}

async function verifyPlace(
  options: VerifyOptions,
  notes: Notes,
  { digests, logs }: { digests: readonly DigestName[]; logs: readonly ListedLog[] },
): Promise<ChainReport[]> {
  const { from = 0, to = Infinity } = options;
  const inRange = digests.filter((one) => one.endSeconds >= from && one.endSeconds <= to + LATEST_DIGEST);
  const judged: JudgedChain[] = [];
  const reports: ChainReport[] = [];
  const missing: MissingLog[] = [];
  const named = new Set<string>();
  for (const names of Map.groupBy(inRange, chainKey).values()) {
    const chain = await loadChain(options.source, names, {
      from,
      width: options.width ?? WIDTH,
      done: counter(options, 'digest files', names.length),
    });
    const isWanted = wants(options, chain);
    // The other trails of the bucket are read for what they name, not for what is wrong with them.
    const deps = { ...options, signatures: options.signatures ?? new Map<string, string>(), from };
    const result = judgeChain({ ...deps, notes: isWanted ? notes : newNotes() }, chain);
    judged.push(result);
    const wanted = wantedLogs(result);
    for (const log of wanted) named.add(options.source.uri(log));
    if (!isWanted) continue;
    if (!chain.id.backfill) noteTail(options, notes, { chain, usual: result.usual });
    reports.push(chainReport(chain));
    const done = counter(options, 'log files', wanted.length);
    missing.push(
      ...(await checkLogs({ source: options.source, notes }, wanted, {
        width: options.width ?? WIDTH,
        done,
        seen: options.onLogFile && ((log, content) => options.onLogFile?.(chain.id, log, content)),
      })),
    );
  }
  if (reports.length > 0) {
    const range = { from, to };
    await judgeUnnamedLogs({ ...options, notes, range }, logs, { chains: judged, named, missing });
  }
  return reports;
}

function wants({ trail }: VerifyOptions, { id }: LoadedChain): boolean {
  return trail === undefined || (trail.name === id.trail && trail.homeRegion === id.homeRegion);
}

function wantedLogs({ proven, unproven }: JudgedChain): WantedLog[] {
  const of = (digests: JudgedChain['proven'], isProven: boolean) =>
    digests.flatMap((digest) =>
      digest.body.logFiles.map((log) => ({ ...log, isProven, namedAt: digest.body.endSeconds })),
    );
  return [...of(proven, true), ...of(unproven, false)];
}

/** Nothing in a bucket tells that its newest digests are gone: only who delivered them knows. */
function noteTail(
  options: VerifyOptions,
  notes: Notes,
  { chain, usual = 3600 }: { chain: LoadedChain; usual: number | undefined },
): void {
  const newest = chain.links.at(-1);
  const isHome = chain.id.region === chain.id.homeRegion;
  if (options.lastDigestAt === undefined || options.to !== undefined || newest === undefined || !isHome)
    return;
  const silence = options.lastDigestAt / 1000 - newest.name.endSeconds;
  if (silence <= Math.max(1.5 * usual, usual + 60)) return;
  notes.digests.invalid++;
  notes.findings.push({
    kind: 'digests-missing',
    severity: 'invalid',
    subject: 'Chain',
    uri: newest.uri,
    message: `digest files after it are not found: the trail delivered its last one at ${isoSeconds(options.lastDigestAt)}`,
  });
}

function chainReport({ id, links }: LoadedChain): ChainReport {
  const bodies = links.flatMap(({ digest }) => (digest === undefined ? [] : [digest.body]));
  const ends = links.map((link) => link.name.endSeconds);
  return {
    account: id.account,
    region: id.region,
    trail: id.trail,
    homeRegion: id.homeRegion,
    digests: links.length,
    from: isoSeconds(Math.min(...bodies.map((body) => body.startSeconds), ...ends) * 1000),
    to: isoSeconds(Math.max(...ends) * 1000),
  };
}

function counter(options: VerifyOptions, phase: VerifyProgress['phase'], all: number): () => void {
  let done = 0;
  return () => options.onProgress?.({ phase, done: ++done, all });
}

function push<T>(map: Map<string, T[]>, place: string, item: T): void {
  const list = map.get(place);
  if (list === undefined) map.set(place, [item]);
  else list.push(item);
}

function earliest(chains: readonly ChainReport[]): number | undefined {
  const times = chains.map((chain) => Date.parse(chain.from) / 1000);
  return times.length === 0 ? undefined : Math.min(...times);
}

function latest(chains: readonly ChainReport[]): number | undefined {
  const times = chains.map((chain) => Date.parse(chain.to) / 1000);
  return times.length === 0 ? undefined : Math.max(...times);
}

function isoOrNull(seconds: number | undefined): string | null {
  return seconds === undefined ? null : isoSeconds(seconds * 1000);
}
