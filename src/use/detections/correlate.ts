import type { Step } from './detection.ts';

/** One event that a step holds for. Times in seconds. */
export type Hit = {
  readonly step: number;
  readonly time: number;
  readonly id: string;
  readonly value: string;
};

/** What is remembered of events that have something in common. */
export type Window = {
  readonly hits: readonly Hit[];
  /** The finding that they made, and its newest event: more of the same belongs to it. */
  readonly finding?: { readonly id: string; readonly last: number; readonly ids: readonly string[] };
};

export const EMPTY: Window = { hits: [] };

export type Correlated = {
  readonly window: Window;
  /** `fires`: with these events. `more`: one more event of the finding. */
  readonly outcome:
    | { readonly kind: 'nothing' }
    | { readonly kind: 'fires'; readonly hits: readonly Hit[] }
    | { readonly kind: 'more'; readonly finding: string };
};

/** Of each step. A step that wants more has more. */
const MOST_HITS = 50;
const MOST_IDS = 50;
/** So many findings of one detection about one actor within `HOUR` seconds stand for themselves; what comes then is added to the last. */
const MOST_ALONE = 20;
const HOUR = 3600;
export const ALONE_MS = HOUR * 1000;

/**
 * Adds an event to those that have the same in common. Fires when each step in its turn has as many as it wants, all within `within` ms; from then
 * on more of the last step belongs to that finding, until there has been none for as long. The same event twice counts once.
 */
export function correlate(
  window: Window,
  hit: Hit,
  { steps, within }: { readonly steps: readonly Pick<Step, 'count' | 'distinct'>[]; readonly within: number },
): Correlated {
  const span = within / 1000;
  const { finding } = window;
  const isLast = hit.step === steps.length - 1;
  if (finding !== undefined && isLast && Math.abs(hit.time - finding.last) <= span) {
    if (finding.ids.includes(hit.id)) return { window, outcome: { kind: 'nothing' } };
    const ids = [...finding.ids, hit.id].slice(-MOST_IDS);
    const last = Math.max(finding.last, hit.time);
    const outcome = { kind: 'more', finding: finding.id } as const;
    return { window: { ...window, finding: { ...finding, last, ids } }, outcome };
  }
  if (window.hits.some(({ id, step }) => id === hit.id && step === hit.step))
    return { window, outcome: { kind: 'nothing' } };
  const hits = kept([...window.hits, hit], { steps, span });
  const newest = Math.max(...hits.map(({ time }) => time));
  const chain = chainOf(hits, steps);
  const isOver = finding !== undefined && newest - finding.last > span;
  const rest = finding === undefined || isOver ? {} : { finding };
  if (chain === undefined) return { window: { hits, ...rest }, outcome: { kind: 'nothing' } };
  return { window: { hits: [] }, outcome: { kind: 'fires', hits: chain } };
}

/** As `correlate`, of a detection that fires by each single event: whoever repeats himself a thousand times makes no thousand findings. */
export function single(window: Window, hit: Hit): Correlated {
  if (window.hits.some(({ id }) => id === hit.id) || window.finding?.ids.includes(hit.id))
    return { window, outcome: { kind: 'nothing' } };
  const hits = [...window.hits.filter(({ time }) => hit.time - time <= HOUR), hit];
  if (hits.length > MOST_ALONE && window.finding !== undefined) {
    const { finding } = window;
    const ids = [...finding.ids, hit.id].slice(-MOST_IDS);
    const kept = hits.slice(-MOST_ALONE);
    return {
      window: { hits: kept, finding: { ...finding, ids } },
      outcome: { kind: 'more', finding: finding.id },
    };
  }
  return { window: { hits }, outcome: { kind: 'fires', hits: [hit] } };
}

/** What the finding is called from then on. */
export function fired(window: Window, id: string, hits: readonly Hit[]): Window {
  const last = Math.max(...hits.map(({ time }) => time));
  return { ...window, finding: { id, last, ids: hits.map((hit) => hit.id).slice(-MOST_IDS) } };
}

function kept(
  hits: readonly Hit[],
  { steps, span }: { readonly steps: readonly Pick<Step, 'count' | 'distinct'>[]; readonly span: number },
): readonly Hit[] {
  const newest = Math.max(...hits.map(({ time }) => time));
  const recent = hits.filter(({ time }) => newest - time <= span).sort((a, b) => a.time - b.time);
  return steps.flatMap(({ count, distinct }, step) => {
    const own = recent.filter((hit) => hit.step === step);
    // Of each value that is to differ one is enough.
    const different =
      distinct === undefined
        ? own
        : own.filter((hit, at) => own.findLastIndex((one) => one.value === hit.value) === at);
    return different.slice(-Math.max(count, MOST_HITS));
  });
}

/** The earliest events that satisfy one step after the other; undefined while they do not. */
function chainOf(hits: readonly Hit[], steps: readonly Pick<Step, 'count'>[]): readonly Hit[] | undefined {
  const chain: Hit[] = [];
  let from = -Infinity;
  for (const [step, { count }] of steps.entries()) {
    const own = hits.filter((hit) => hit.step === step && hit.time >= from).slice(0, count);
    const last = own.at(-1);
    if (own.length < count || last === undefined) return undefined;
    chain.push(...own);
    from = last.time;
  }
  return chain;
}
