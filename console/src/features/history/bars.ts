import type { Bucket } from '../../events/lookup.ts';
import type { Span } from '../../events/range.ts';

/** Geometry of the histogram, apart from how it is drawn. Times in seconds, the rest in pixels. */

export type Bar = {
  readonly from: number;
  /** Last second of the bar. */
  readonly to: number;
  readonly x: number;
  readonly width: number;
  readonly height: number;
  readonly errorHeight: number;
  readonly count: number;
  readonly errors: number;
};

export type Frame = { readonly span: Span; readonly width: number; readonly height: number };

/** A single event must be seen beside a million. */
const LEAST = 3;

export function barsOf(buckets: readonly Bucket[], bucketSeconds: number, frame: Frame): readonly Bar[] {
  const most = Math.max(1, ...buckets.map(({ count }) => count));
  return buckets.map(({ time, count, errors }) => {
    const x = toX(time, frame);
    const end = toX(time + bucketSeconds, frame);
    const height = count === 0 ? 0 : Math.max(LEAST, (count / most) * frame.height);
    return {
      from: Math.max(time, frame.span.from),
      to: Math.min(time + bucketSeconds - 1, frame.span.to),
      x: Math.max(0, x),
      width: Math.max(1.5, Math.min(end, frame.width) - Math.max(0, x) - 1),
      height,
      errorHeight: errors === 0 ? 0 : Math.max(1, (errors / count) * height),
      count,
      errors,
    };
  });
}

export function toX(time: number, { span, width }: Frame): number {
  return ((time - span.from) / Math.max(1, span.to - span.from)) * width;
}

function toTime(x: number, { span, width }: Frame): number {
  const share = Math.min(1, Math.max(0, x / Math.max(1, width)));
  return Math.round(span.from + share * (span.to - span.from));
}

/** The span between two points, widened to whole bars. */
export function brushed(a: number, b: number, bucketSeconds: number, frame: Frame): Span {
  const first = Math.floor(toTime(Math.min(a, b), frame) / bucketSeconds) * bucketSeconds;
  const last = Math.floor(toTime(Math.max(a, b), frame) / bucketSeconds) * bucketSeconds + bucketSeconds - 1;
  return { from: Math.max(first, frame.span.from), to: Math.min(last, frame.span.to) };
}

const TICKS = [
  60, 300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000,
];

export type Tick = { readonly x: number; readonly text: string };

/** Round moments of the viewer's zone, at least 110 pixels apart. */
export function ticksOf(frame: Frame): readonly Tick[] {
  const seconds = frame.span.to - frame.span.from;
  const wanted = (seconds * 110) / Math.max(1, frame.width);
  const step = TICKS.find((candidate) => candidate >= wanted) ?? Math.ceil(wanted / 2_592_000) * 2_592_000;
  const offset = new Date(frame.span.from * 1000).getTimezoneOffset() * 60;
  const ticks: Tick[] = [];
  for (
    let time = Math.ceil((frame.span.from - offset) / step) * step + offset;
    time <= frame.span.to;
    time += step
  ) {
    ticks.push({ x: toX(time, frame), text: tickText(time * 1000, step) });
  }
  return ticks;
}

function tickText(ms: number, step: number): string {
  const date = new Date(ms);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (step >= 86_400 || midnight) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
