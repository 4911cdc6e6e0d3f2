import { isoSeconds } from '../../../base/clock.ts';
import { explain, type Silence } from './breaks.ts';
import { Cells, HOUR } from './cells.ts';
import type { ChainWalk } from './chain-walk.ts';
import type { CellRange, CoverageOptions, CoverageReport, KnownTrail, Place } from './contract.ts';
import { holeOf, scanPlace, type ScannedPlace } from './place-scan.ts';
import { findPlaces } from './places.ts';
import type { TrailEvent } from './trail-events.ts';

/**
 * Which hours of which account and region are whole: digest there, signed, chained, every file there and unchanged, as many records as were
 * recorded, no gap told, logging on. What is held of the source is some days of one place, and what is wrong.
 */
export async function coverTrails(options: CoverageOptions): Promise<CoverageReport> {
  const files = { digests: 0, logs: 0 };
  const events: TrailEvent[] = [];
  const places: ScannedPlace[] = [];
  for (const folder of options.folders ?? ['']) {
    for await (const place of findPlaces(options.source, folder, options)) {
      const progress = ({ digests, logs, at }: { digests: number; logs: number; at: number }) => {
        files.digests += digests;
        files.logs += logs;
        options.onProgress?.({ place, places: places.length, ...files, at });
      };
      places.push(
        await scanPlace({ ...options, progress, events: (found) => void events.push(...found) }, place),
      );
    }
  }
  return new Judge(
    options,
    [...places, ...vanished(options, places)],
    [...events, ...knownEvents(options.known)],
  ).report(files);
}

/** A trail that delivered digests has a chain at home, unless somebody took all of it away. */
function vanished(
  { known, folders = [''] }: CoverageOptions,
  places: readonly ScannedPlace[],
): ScannedPlace[] {
  if (known?.isValidated !== true || known.lastDigestAt === undefined) return [];
  const isHome = ({ account, region }: Place) => account === known.account && region === known.homeRegion;
  if (places.some(({ place, chains }) => isHome(place) && chains.some(({ isWanted }) => isWanted))) return [];
  const place = {
    root: folders[0]?.replace(/AWSLogs\/[^]*$/, '') ?? '',
    organization: '',
    account: known.account,
    region: known.homeRegion,
  };
  const hours = new Set([known.startedAt ?? known.lastDigestAt - HOUR, known.lastDigestAt]);
  return [{ place, cells: new Cells(), chains: [], bare: new Set(), delivered: hours, deliveredFrom: 0 }];
}

function knownEvents(known: KnownTrail | undefined): TrailEvent[] {
  if (known?.stoppedAt === undefined) return [];
  const by = `StopLogging at ${isoSeconds(known.stoppedAt * 1000)}`;
  return [{ kind: 'stop', at: known.stoppedAt, trail: known.name, by }];
}

class Judge {
  readonly #options: CoverageOptions;
  readonly #places: readonly ScannedPlace[];
  readonly #events: readonly TrailEvent[];

  constructor(options: CoverageOptions, places: readonly ScannedPlace[], events: readonly TrailEvent[]) {
    this.#options = options;
    this.#places = places;
    this.#events = events;
  }

  report(files: { digests: number; logs: number }): CoverageReport {
    const ranges = this.#places.flatMap((place) => this.#rangesOf(place));
    const count = (state: CellRange['state']) =>
      ranges.reduce((sum, range) => sum + (range.state === state ? range.hours : 0), 0);
    const cells = {
      whole: count('whole'),
      notWhole: count('not-whole'),
      unproven: count('unproven'),
      open: count('open'),
    };
    const { known, source } = this.#options;
    return {
      source: source.name,
      // Nothing is proven by nothing: a mistyped folder must not pass, nor a bucket that was emptied.
      whole: ranges.length > 0 && cells.notWhole === 0,
      from: ranges.map(({ from }) => from).sort()[0] ?? null,
      to:
        ranges
          .map(({ to }) => to)
          .sort()
          .at(-1) ?? null,
      cells: { all: cells.whole + cells.notWhole + cells.unproven + cells.open, ...cells },
      files,
      counts:
        known === undefined
          ? 'not compared: only the server that recorded can tell how many there were'
          : 'compared with what was recorded',
      ranges,
      notes: this.#notes(ranges.length === 0),
    };
  }

  #notes(isNothing: boolean): string[] {
    const pauses = this.#events.flatMap((event) => (event.kind === 'pause' ? [event.message] : []));
    return [...(isNothing ? ['no digest files found'] : []), ...new Set(pauses)];
  }

  #rangesOf(scanned: ScannedPlace): CellRange[] {
    const { place, cells, chains } = scanned;
    const walks = chains.flatMap(({ walk, isWanted }) => (isWanted && !walk.id.backfill ? [walk] : []));
    if (walks.length === 0) return this.#bareRanges(scanned);
    for (const walk of walks) this.#markSilences(walk, scanned, walks);
    this.#markGaps(cells);
    const from = Math.max(this.#options.from ?? 0, firstOf(walks));
    const to = Math.min(
      this.#options.to ?? Infinity,
      Math.max(...walks.map((walk) => this.#expectedEnd(walk))),
    );
    const reach = Math.max(...walks.map((walk) => walk.end));
    return [...cells.ranges(place, { from, to }, reach)];
  }

  #markSilences(walk: ChainWalk, { place, cells }: ScannedPlace, walks: readonly ChainWalk[]): void {
    const trail = { name: walk.id.trail, homeRegion: walk.id.homeRegion };
    const others = walks.filter((other) => other !== walk).flatMap((other) => other.covered);
    for (const silence of this.#silencesOf(walk)) {
      for (const { from, to, reason, message } of explain(silence, { trail, place, events: this.#events })) {
        const hole = {
          ...holeOf(reason, trail.name, message),
          ...(reason === 'digest-missing' ? { uri: silence.uri } : {}),
        };
        // What one trail does not log is whole where another one does.
        const left = reason === 'digest-missing' ? [{ from, to }] : without({ from, to }, others);
        for (const span of left) cells.mark(span, hole);
      }
    }
  }

  #silencesOf(walk: ChainWalk): Silence[] {
    const usual = walk.usual ?? HOUR;
    const breaks = walk.breaks.map((one) => ({ ...one, usual }));
    const to = this.#expectedEnd(walk);
    if (to - walk.end <= Math.max(1.5 * usual, usual + 60)) return breaks;
    const tail = {
      kind: 'tail' as const,
      from: walk.end,
      to,
      lastStart: walk.lastStart,
      uri: walk.lastUri,
      usual,
    };
    return [...breaks, tail];
  }

  /** Up to where the trail's digests must reach: as far as was asked, as those of its other regions do, and as the server says. */
  #expectedEnd({ id }: ChainWalk): number {
    const { to, known, now } = this.#options;
    if (to !== undefined) return Math.min(to, now / 1000);
    const same = this.#places
      .flatMap(({ chains }) => chains.map(({ walk }) => walk))
      .filter(
        (walk) => walk.id.trail === id.trail && walk.id.homeRegion === id.homeRegion && !walk.id.backfill,
      );
    const ends = same.map((walk) => walk.end);
    if (known !== undefined && known.isValidated)
      ends.push(known.isLogging ? (known.lastDigestAt ?? 0) : Math.floor(now / 1000));
    return Math.max(...ends);
  }

  /** Nobody knows whose the calls were that passed unrecorded: no account and region of that time is whole. */
  #markGaps(cells: Cells): void {
    const told = new Set<string>();
    for (const event of this.#events) {
      if (event.kind !== 'gap' || told.has(event.id)) continue;
      told.add(event.id);
      cells.mark({ from: event.from, to: event.to + 1 }, holeOf('gap', undefined, event.message));
    }
  }

  /** A region or account that came when the trail's last digests were being made has its first one with the next. */
  #isAwaited({ deliveredFrom }: ScannedPlace): boolean {
    const { known } = this.#options;
    if (known?.lastDigestAt === undefined || !known.isLogging) return false;
    const walks = this.#places.flatMap(({ chains }) => chains.map(({ walk }) => walk));
    const usual = Math.max(0, ...walks.map((walk) => walk.usual ?? 0)) || HOUR;
    return deliveredFrom + 60 > known.lastDigestAt - usual;
  }

  /** A place without digests of the trail: its files are proven by nothing. */
  #bareRanges(scanned: ScannedPlace): CellRange[] {
    const { place, cells, bare, delivered } = scanned;
    const { known, trail } = this.#options;
    const hours = known === undefined ? (trail === undefined ? [...bare] : []) : [...delivered];
    if (hours.length === 0) return [];
    const span = { from: Math.max(this.#options.from ?? 0, Math.min(...hours)), to: Math.max(...hours) + 1 };
    if (this.#isAwaited(scanned)) return [...cells.ranges(place, span, 0)];
    cells.mark(
      span,
      known?.isValidated === true
        ? holeOf('digest-missing', known.name, 'no digest file of this account and region is there')
        : holeOf(
            'validation-off',
            known?.name,
            'log files are there, and no digest file: nothing proves them',
          ),
    );
    return [...cells.ranges(place, span, span.to)];
  }
}

function firstOf(walks: readonly ChainWalk[]): number {
  return Math.min(...walks.flatMap((walk) => [...walk.covered, ...walk.missing].map((span) => span.from)));
}

/** What is left of the span. */
function without(span: { from: number; to: number }, others: readonly { from: number; to: number }[]) {
  let left = [span];
  for (const other of others) {
    left = left.flatMap(({ from, to }) => [
      { from, to: Math.min(to, other.from) },
      { from: Math.max(from, other.to), to },
    ]);
    left = left.filter(({ from, to }) => to > from);
  }
  return left;
}
