import { isoSeconds } from '../../../base/clock.ts';
import type { TimeSpan } from '../verify/missing-digests.ts';
import type { HoleReason, Place, TrailName } from './contract.ts';
import { isOfTrail, type TrailEvent } from './trail-events.ts';

/** A time without digests, from the end of one on. */
export type Silence = TimeSpan & {
  /**
   * break: a chain starts anew at its end. tail: nothing is known to come. hole: the digest at its end follows on one that is not there, and what
   * lay before that only it could tell.
   */
  readonly kind: 'break' | 'tail' | 'hole';
  /** Beginning of the digest before it. */
  readonly lastStart: number;
  readonly uri: string;
  /** Length of a digest's window. */
  readonly usual: number;
};

export type Explained = TimeSpan & { readonly reason: HoleReason; readonly message: string };

export type About = {
  readonly trail: TrailName;
  readonly place: Place;
  readonly events: readonly TrailEvent[];
};

/**
 * Why there are no digests for a while. The calls that stop logging are in the log files themselves, in those of the trail's home region.
 * Where logging began again with a record of that but nothing tells of its end, digests are gone.
 */
export function explain(silence: Silence, about: About): Explained[] {
  const found: Explained[] = [];
  let at = silence.from;
  for (const ending of endingsOf(silence, about)) {
    const since = ending.at <= silence.from + slackOf(silence) ? silence.from : ending.at;
    if (since < at) continue;
    found.push(missing({ from: at, to: since }, 'not found: logging went on until then'));
    at = resumedAt(silence, about, ending);
    found.push({ from: since, to: at, reason: reasonOf(ending), message: messageOf(ending) });
  }
  const rest = { from: at, to: silence.to };
  found.push(
    found.length > 0 || silence.kind !== 'break'
      ? missing(rest, WHY[silence.kind])
      : unexplained(silence, about),
  );
  return found.filter(({ from, to }) => to > from);
}

const WHY: Readonly<Record<Silence['kind'], string>> = {
  break: 'not found: logging had begun again',
  tail: 'the newest digest files are not there, or logging was stopped without a record of it',
  hole: 'not found',
};

/** A chain that starts anew says itself that logging was off; unless its first call is on record, and the last one before is not. */
function unexplained(silence: Silence, { events, trail }: About): Explained {
  const isTold = events.some(
    (event) =>
      event.kind === 'start' &&
      isOfTrail(event.trail, trail) &&
      Math.abs(event.at - silence.to) <= slackOf(silence) + silence.usual,
  );
  if (isTold) return missing(silence, 'not found: logging was started anew, and no record tells of its end');
  return {
    ...spanOf(silence),
    reason: 'logging-stopped',
    message: 'the chain starts anew; no record tells by whom logging was stopped',
  };
}

type Ending = Extract<TrailEvent, { at: number }>;

const RESUMED_BY = {
  stop: 'start',
  'validation-off': 'validation-on',
  'single-region': 'multi-region',
} as const;

/** What ended the trail's digests for this place, and was not undone before the silence. */
function endingsOf(silence: Silence, about: About): Ending[] {
  const isEnding = (event: TrailEvent): event is Ending => {
    if (event.kind === 'account-left') return event.account === about.place.account;
    if (event.kind === 'single-region' && about.place.region === about.trail.homeRegion) return false;
    return event.kind in RESUMED_BY && 'trail' in event && isOfTrail(event.trail, about.trail);
  };
  const within = about.events
    .filter(isEnding)
    .filter(({ at }) => at >= silence.lastStart - slackOf(silence) && at < silence.to)
    .sort((a, b) => a.at - b.at);
  const begun = within.filter(({ at }) => at <= silence.from + slackOf(silence));
  const later = within.slice(begun.length);
  // That a chain starts anew says that it had ended; anything else may have been undone.
  if (silence.kind === 'break') return [...begun.slice(-1), ...later];
  return [...begun.filter((ending) => (startAfter(about, ending) ?? Infinity) > silence.from), ...later];
}

function startAfter({ trail, events }: About, ending: Ending): number | undefined {
  if (!(ending.kind in RESUMED_BY)) return undefined;
  const kind = RESUMED_BY[ending.kind as keyof typeof RESUMED_BY];
  const starts = events.flatMap((event) =>
    event.kind === kind && isOfTrail(event.trail, trail) && event.at > ending.at ? [event.at] : [],
  );
  return starts.length === 0 ? undefined : Math.min(...starts);
}

function resumedAt(silence: Silence, about: About, ending: Ending): number {
  const slack = slackOf(silence);
  const start = startAfter(about, ending) ?? Infinity;
  const isBetween = start > Math.max(silence.from, ending.at) + (silence.kind === 'break' ? slack : 0);
  if (isBetween && start < silence.to - slack) return start;
  // The digest that is missing covered a window at least.
  return silence.kind === 'hole' ? Math.max(ending.at, silence.to - silence.usual) : silence.to;
}

/** Files and digests come late: of an hour, up to a quarter is nothing. */
function slackOf({ usual }: Silence): number {
  return Math.min(900, Math.max(5, usual / 4));
}

function reasonOf({ kind }: Ending): HoleReason {
  return kind === 'validation-off' ? 'validation-off' : 'logging-stopped';
}

function messageOf(event: Ending): string {
  return 'by' in event ? event.by : `the account left the organization at ${isoSeconds(event.at * 1000)}`;
}

function missing(span: TimeSpan, message: string): Explained {
  return { ...spanOf(span), reason: 'digest-missing', message };
}

function spanOf({ from, to }: TimeSpan): TimeSpan {
  return { from, to };
}
