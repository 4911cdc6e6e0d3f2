import { useState, type PointerEvent } from 'react';

import { localTime } from '../../parts/time.ts';
import { useWidth } from '../../parts/use-width.ts';
import type { Band } from './band.ts';
import { rateText, type Insight, type Rate } from './insights.ts';

type Props = {
  readonly insight: Insight;
  readonly from: number;
  readonly to: number;
  readonly line: readonly Rate[];
  readonly band: readonly Band[];
};

const HEIGHT = 220;
const LEFT = 48;
const BOTTOM = 22;
const HOUR = 3_600_000;

/** A line, the band of what is usual, and the shaded time in which it was not. The table of figures is in the text above. */
export function RateChart({ insight, from, to, line, band }: Props) {
  const [measure, width] = useWidth();
  const [at, setAt] = useState<number>();
  const most = niceMost(Math.max(...line.map(({ value }) => value), ...band.map(({ high }) => high), 0));
  const x = (time: number) => LEFT + ((time - from) / Math.max(1, to - from)) * Math.max(0, width - LEFT - 8);
  const y = (value: number) => HEIGHT - (value / most) * (HEIGHT - 10);
  const end = insight.end ?? to;
  const near =
    at === undefined
      ? undefined
      : line.reduce<Rate | undefined>(
          (best, one) => (!best || Math.abs(x(one.time) - at) < Math.abs(x(best.time) - at) ? one : best),
          undefined,
        );
  const move = (event: PointerEvent) =>
    setAt(event.clientX - event.currentTarget.getBoundingClientRect().left);
  return (
    <div className="ot-rate" ref={measure}>
      <svg
        width="100%"
        height={HEIGHT + BOTTOM}
        role="img"
        aria-label={summary(insight, line)}
        onPointerMove={move}
        onPointerLeave={() => setAt(undefined)}
      >
        <rect
          className="ot-unusual"
          x={x(insight.start)}
          width={Math.max(2, x(end) - x(insight.start))}
          y={0}
          height={HEIGHT}
        />
        {[0, most / 2, most].map((value) => (
          <g key={value}>
            <line className="ot-axis" x1={LEFT} x2={width - 8} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">
              {rateText(value)}
            </text>
          </g>
        ))}
        <path className="ot-band" d={areaOf(band, { x, y, to })} />
        <line
          className="ot-baseline"
          x1={LEFT}
          x2={width - 8}
          y1={y(insight.baseline)}
          y2={y(insight.baseline)}
        />
        <polyline
          className="ot-rate-line"
          points={line.map(({ time, value }) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
        />
        {ticks(from, to, width).map((time) => (
          <text key={time} x={x(time)} y={HEIGHT + 16} textAnchor="middle">
            {tickText(time, to - from)}
          </text>
        ))}
        {near && <circle className="ot-rate-dot" cx={x(near.time)} cy={y(near.value)} r={4} />}
      </svg>
      {near && (
        <div className="ot-rate-note">
          <strong>{rateText(near.value)}</strong> a minute ·{' '}
          <span className="ot-secondary">{localTime(near.time)}</span>
        </div>
      )}
    </div>
  );
}

type Scale = {
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  readonly to: number;
};

function areaOf(band: readonly Band[], { x, y, to }: Scale): string {
  if (band.length === 0) return '';
  // The last hour goes on until the end.
  const last = band.at(-1);
  const all = last ? [...band, { ...last, time: to }] : band;
  const top = all.map(({ time, high }) => `${x(time).toFixed(1)},${y(high).toFixed(1)}`);
  const foot = [...all].reverse().map(({ time, low }) => `${x(time).toFixed(1)},${y(low).toFixed(1)}`);
  return `M${[...top, ...foot].join('L')}Z`;
}

/** One, two or five times a power of ten. */
function niceMost(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((times) => times * power >= value) ?? 10) * power;
}

function ticks(from: number, to: number, width: number): readonly number[] {
  const wanted = ((to - from) * 70) / Math.max(1, width);
  const step =
    [HOUR / 4, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 24 * HOUR].find((one) => one >= wanted) ?? 7 * 24 * HOUR;
  const found: number[] = [];
  for (let time = Math.ceil(from / step) * step; time < to - wanted / 4; time += step) found.push(time);
  return found;
}

function tickText(time: number, span: number): string {
  const text = localTime(time);
  return span > 2 * 24 * HOUR ? text.slice(5, 10) : text.slice(11, 16);
}

function summary(insight: Insight, line: readonly Rate[]): string {
  const most = Math.max(0, ...line.map(({ value }) => value));
  return `The rate over time: usually ${rateText(insight.baseline)} a minute, ${rateText(insight.rate)} from ${localTime(insight.start)} on, at most ${rateText(most)}`;
}
