export const UNITS = { m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
export type Unit = keyof typeof UNITS;

export type RelativeRange = { readonly type: 'relative'; readonly amount: number; readonly unit: Unit };
/** Seconds since the epoch, both ends inclusive. */
export type AbsoluteRange = { readonly type: 'absolute'; readonly from: number; readonly to: number };
export type Range = RelativeRange | AbsoluteRange;

export type Span = { readonly from: number; readonly to: number };

export const DEFAULT_RANGE: RelativeRange = { type: 'relative', amount: 24, unit: 'h' };

/** Pins a range to seconds: pages, histogram and suggestions must all speak of the same span. */
export function resolveRange(range: Range, nowMs: number): Span {
  if (range.type === 'absolute') return { from: range.from, to: range.to };
  const to = Math.floor(nowMs / 1000);
  return { from: to - range.amount * UNITS[range.unit], to };
}

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
  604_800, 1_209_600, 2_592_000,
];

/** Width of a histogram's bars, in seconds: a round number that gives at most `bars` of them. */
export function bucketSecondsFor(span: Span, bars = 90): number {
  const wanted = (span.to - span.from + 1) / bars;
  return STEPS.find((step) => step >= wanted) ?? STEPS[STEPS.length - 1] ?? 86_400;
}

/** `24h`, `90d`; undefined for what is none. */
export function parseRelative(text: string): RelativeRange | undefined {
  const match = /^([1-9]\d{0,4})([mhdw])$/.exec(text);
  return match ? { type: 'relative', amount: Number(match[1]), unit: match[2] as Unit } : undefined;
}

export function formatRelative(range: RelativeRange): string {
  return `${range.amount}${range.unit}`;
}

/** `2026-01-02T03:04:05Z` ⇄ seconds. */
export function parseSecond(text: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : undefined;
}

export function formatSecond(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}

/** A span of `seconds` around a moment, not reaching past now. */
export function around(timeMs: number, seconds: number, nowMs: number): AbsoluteRange {
  const at = Math.floor(timeMs / 1000);
  return {
    type: 'absolute',
    from: at - seconds,
    to: Math.max(at, Math.min(at + seconds, Math.floor(nowMs / 1000))),
  };
}

export function contains(span: Span, timeMs: number): boolean {
  return timeMs >= span.from * 1000 && timeMs < (span.to + 1) * 1000;
}
