import { chainKey, type ChainId } from '../verify/chain.ts';
import { readLog, readNamedLog, type LogProblem } from '../verify/check-logs.ts';
import { readKey, type DigestName } from '../verify/key-names.ts';
import { loadLink } from '../verify/load-chain.ts';
import { inParallel } from '../verify/parallel.ts';
import type { NamedLog } from '../verify/read-digest.ts';
import { verdictOn, type ListedLog } from '../verify/unnamed-logs.ts';
import { Cells, HOUR } from './cells.ts';
import { ChainWalk, type JudgedDigest } from './chain-walk.ts';
import type { CoverageOptions, Delivered, Hole, HoleReason, Place } from './contract.ts';
import { Counts, timeOf } from './counts.ts';
import { digestChunks, logFiles } from './list-files.ts';
import { mayTell, recordsOf, trailEvents, type TrailEvent } from './trail-events.ts';

const WIDTH = 32;
const WEEK = 7 * 86_400;
/** Files without a digest that are held at a time. */
const MOST = 5000;

/** A chain of the place; others than the wanted one are read for what they name. */
export type ScannedChain = { readonly walk: ChainWalk; readonly isWanted: boolean };

export type ScannedPlace = {
  readonly place: Place;
  readonly cells: Cells;
  readonly chains: readonly ScannedChain[];
  /** Hours with log files that no chain covers, seconds. */
  readonly bare: ReadonlySet<number>;
  /** Hours with files that the known trail delivered and no digest of it proves. */
  readonly delivered: ReadonlySet<number>;
  /** Seconds: when the first of these was delivered, to the minute; 0 where there are none. */
  readonly deliveredFrom: number;
};

export type ScanDeps = CoverageOptions & {
  readonly events: (found: readonly TrailEvent[]) => void;
  readonly progress: (done: { digests: number; logs: number; at: number }) => void;
};

type WantedLog = NamedLog & { readonly isProven: boolean; readonly trail: string; readonly at: number };

/** Reads one account and region from the oldest digest to the newest; no more is held of it than some days and what is wrong. */
export async function scanPlace(deps: ScanDeps, place: Place): Promise<ScannedPlace> {
  const scan = new PlaceScan(deps, place);
  return scan.run();
}

class PlaceScan {
  readonly #deps: ScanDeps;
  readonly #place: Place;
  readonly #cells = new Cells();
  readonly #chains = new Map<string, ScannedChain>();
  readonly #counts: Counts;
  readonly #bare = new Set<number>();
  readonly #delivered = new Set<number>();
  #deliveredFrom = 0;
  /** Named by a digest that is believed, and not seen in the listing yet: time of its name. */
  readonly #named = new Map<string, number>();
  /** Seen in the listing, and named by none yet. */
  readonly #listed = new Map<string, ListedLog>();
  /** Named by digests that are not believed. */
  readonly #doubted = new Set<string>();
  /** Told already as missing or changed. */
  readonly #told = new Set<string>();
  #wanted: WantedLog[] = [];

  constructor(deps: ScanDeps, place: Place) {
    this.#deps = deps;
    this.#place = place;
    const range = { from: deps.from ?? 0, to: deps.to ?? deps.now / 1000 };
    const delivered = deps.known && within(place, deps.known.delivered(place, range));
    this.#counts = new Counts(deps.source, delivered, (file, found) => this.#differs(file, found));
  }

  async run(): Promise<ScannedPlace> {
    const { source, from = 0, to = Infinity } = this.#deps;
    const logs = logFiles(source, this.#place, { from, to });
    for await (const { digests, until } of digestChunks(source, this.#place, { from, to: Infinity })) {
      const links = await this.#load(digests.filter((name) => name.endSeconds >= from));
      for (const { name, link } of links) if (link !== undefined) await this.#chainOf(name).walk.add(link);
      const isLast = until === Infinity || this.#isPast(to);
      if (isLast) for (const { walk } of this.#chains.values()) walk.finish();
      await this.#checkWanted();
      for await (const log of logs.upTo(isLast ? Infinity : until)) this.#list(log);
      if (isLast) break;
      await this.#counts.upTo(until);
      this.#forget(until - WEEK);
    }
    await this.#judgeUnnamed();
    for (let isAll = false; !isAll; await this.#judgeUnmet()) isAll = await this.#counts.upTo(Infinity, MOST);
    const chains = [...this.#chains.values()];
    for (const { walk, isWanted } of chains) if (isWanted) this.#markHoles(walk);
    return {
      ...{ place: this.#place, cells: this.#cells, chains, bare: this.#bare },
      ...{ delivered: this.#delivered, deliveredFrom: this.#deliveredFrom },
    };
  }

  async #load(names: readonly DigestName[]) {
    const { source, width = WIDTH } = this.#deps;
    const links = names.map((name) => ({ name, link: undefined as Awaited<ReturnType<typeof loadLink>> }));
    await inParallel(links, width, async (one) => {
      one.link = await loadLink(source, one.name, { bucket: source.bucket, key: one.name.key });
      this.#deps.progress({ digests: 1, logs: 0, at: one.name.endSeconds });
    });
    return links;
  }

  #chainOf(name: DigestName): ScannedChain {
    const id = chainKey(name);
    const known = this.#chains.get(id);
    if (known !== undefined) return known;
    const isWanted = wants(this.#deps, name);
    const walk = new ChainWalk(this.#deps, name, (one) => this.#take(one, isWanted));
    const chain = { walk, isWanted };
    this.#chains.set(id, chain);
    return chain;
  }

  #isPast(to: number): boolean {
    const wanted = [...this.#chains.values()].filter(({ isWanted }) => isWanted);
    return wanted.length > 0 && wanted.every(({ walk }) => walk.end >= to + HOUR);
  }

  /** A digest's verdict is known: so is what its names are worth. */
  #take({ digest, verdict }: JudgedDigest, isWanted: boolean): void {
    const { source, to = Infinity } = this.#deps;
    const { body, name } = digest;
    for (const log of body.logFiles) {
      const uri = source.uri(log);
      if (verdict === 'bad') {
        this.#doubted.add(uri);
        continue;
      }
      const key = readKey(log.key);
      const at = key?.kind === 'log' ? key.deliveredSeconds : body.startSeconds;
      if (!this.#listed.delete(uri)) this.#named.set(uri, at);
      if (isWanted && at < to)
        this.#wanted.push({ ...log, isProven: verdict === 'proven', trail: name.trail, at });
    }
  }

  async #checkWanted(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = [];
    await inParallel(wanted, this.#deps.width ?? WIDTH, async (log) => {
      const read = await readNamedLog(this.#deps.source, log);
      if ('kind' in read) this.#broken(log, read);
      else this.#read(log, read.content);
      this.#deps.progress({ digests: 0, logs: 1, at: log.at });
    });
  }

  #broken(log: WantedLog, problem: LogProblem): void {
    const uri = this.#deps.source.uri(log);
    this.#told.add(uri);
    const reason = problem.kind === 'log-not-found' ? 'log-missing' : 'log-changed';
    this.#mark(log.at, { reason, trail: log.trail, uri, message: problem.message });
  }

  #read(log: WantedLog, content: Buffer): void {
    if (!this.#counts.isKnown && !mayTell(content)) return;
    const records = recordsOf(content);
    if (records === undefined) return;
    this.#deps.events(trailEvents(records));
    if (this.#counts.isKnown) this.#counts.found(this.#deps.source.uri(log), records.length, log.at);
  }

  #differs(file: Delivered, found: number): void {
    const uri = this.#deps.source.uri(file);
    const message = `has ${found} records; ${file.records} were recorded into it`;
    this.#mark(timeOf(file), { reason: 'count-differs', trail: this.#deps.known?.name, uri, message });
  }

  #list(log: ListedLog): void {
    const uri = this.#deps.source.uri({ bucket: this.#deps.source.bucket, key: log.key });
    if (this.#named.delete(uri)) return;
    if (this.#chains.size === 0) this.#bare.add(hourOf(log.deliveredSeconds));
    else this.#listed.set(uri, log);
    if (this.#listed.size >= MOST && this.#listed.size % MOST === 0)
      this.#forget(log.deliveredSeconds - WEEK);
  }

  /** Files from before validation, or while it was off, may be many: no more than their hours is kept. */
  #forget(before: number): void {
    const covered = [...this.#chains.values()].flatMap(({ walk }) => walk.covered);
    for (const [uri, log] of this.#listed) {
      const at = log.deliveredSeconds;
      if (at >= before || covered.some((span) => at >= span.from - HOUR && at < span.to)) continue;
      this.#bare.add(hourOf(at));
      this.#listed.delete(uri);
    }
    for (const [uri, at] of this.#named) if (at < before) this.#named.delete(uri);
  }

  async #judgeUnnamed(): Promise<void> {
    const { now, from = 0, to = Infinity, deliveredBy } = this.#deps;
    const chains = [...this.#chains.values()].filter(({ walk }) => !walk.id.backfill);
    const spans = chains.map(({ walk }) => ({
      covered: walk.covered,
      holes: walk.missing,
      usual: walk.usual,
    }));
    for (const [uri, log] of this.#listed) {
      const judged = { judged: { chains: spans }, isDoubted: this.#doubted.has(uri) };
      const verdict = verdictOn({ now, range: { from, to } }, log, judged);
      if (chains.length > 0 && verdict === undefined) this.#bare.add(hourOf(log.deliveredSeconds));
      if (verdict?.kind !== 'log-unnamed' || !chains.some(({ isWanted }) => isWanted)) continue;
      if ((await deliveredBy?.({ bucket: this.#deps.source.bucket, key: log.key })) !== undefined) continue;
      this.#mark(log.deliveredSeconds, {
        reason: 'log-unnamed',
        trail: undefined,
        uri,
        message: verdict.message,
      });
    }
  }

  /** What the server delivered and no digest proves: it must at least be there, with as many records. */
  async #judgeUnmet(): Promise<void> {
    const { source, known, width = WIDTH } = this.#deps;
    await inParallel(this.#counts.takeUnmet(), width, async (file) => {
      const uri = source.uri(file);
      const at = timeOf(file);
      this.#delivered.add(hourOf(at));
      this.#deliveredFrom = Math.min(this.#deliveredFrom || at, at);
      if (this.#told.has(uri)) return;
      const read = await readLog(source, file);
      if (!('kind' in read)) {
        const records = recordsOf(read.content);
        this.#deps.events(trailEvents(records ?? []));
        if (records?.length !== file.records) this.#differs(file, records?.length ?? 0);
        return;
      }
      const isMissing = read.kind === 'log-not-found';
      this.#mark(timeOf(file), {
        reason: isMissing ? 'log-missing' : 'log-changed',
        trail: known?.name,
        uri,
        message: isMissing ? 'was delivered, and is not there' : read.message,
      });
    });
  }

  #markHoles(walk: ChainWalk): void {
    const trail = walk.id.trail;
    for (const { from, to, reason, uri, message } of walk.holes) {
      if (reason === 'unproven') this.#cells.markUnproven({ from, to });
      else this.#cells.mark({ from, to }, { reason, trail, uri, message });
    }
    const first = Math.min(...this.#bare, Infinity);
    const { beheadedAt: to } = walk;
    if (to === undefined || first >= to) return;
    const message = 'log files are there from before the oldest digest file, which follows on another one';
    this.#cells.mark({ from: first, to }, holeOf('digest-missing', trail, message));
    walk.missing.unshift({ from: first, to });
  }

  #mark(second: number, hole: Hole): void {
    this.#cells.mark({ from: second, to: second + 1 }, hole);
  }
}

/** An account may have a place for its own trail and one for its organization's: who delivered to one says nothing of the other. */
async function* within(place: Place, files: AsyncIterable<Delivered>): AsyncGenerator<Delivered> {
  const folder = `${place.root}AWSLogs/${place.organization}${place.account}/`;
  for await (const file of files) if (file.key.startsWith(folder)) yield file;
}

export function wants({ trail }: Pick<CoverageOptions, 'trail'>, id: ChainId): boolean {
  return (
    trail === undefined || (trail.name === id.trail && (trail.homeRegion ?? id.homeRegion) === id.homeRegion)
  );
}

export function holeOf(reason: HoleReason, trail: string | undefined, message: string): Hole {
  return { reason, trail, uri: undefined, message };
}

function hourOf(second: number): number {
  return Math.floor(second / HOUR) * HOUR;
}
