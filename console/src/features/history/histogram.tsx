import { useMemo, useState, type PointerEvent } from 'react';

import { localTime } from '../../parts/time.ts';
import { useWidth } from '../../parts/use-width.ts';
import { barsOf, brushed, ticksOf, toX, type Bar, type Frame } from './bars.ts';
import type { Bucket } from '../../events/lookup.ts';
import type { Span } from '../../events/range.ts';

type Props = {
  readonly buckets: readonly Bucket[] | undefined;
  readonly bucketSeconds: number;
  readonly span: Span;
  readonly failed: boolean;
  readonly onBrush: (span: Span) => void;
};

const HEIGHT = 56;

/** Events over time, errors in red at the foot; dragging over it chooses the time range. The range picker is its equal for the keyboard. */
export function Histogram({ buckets, bucketSeconds, span, failed, onBrush }: Props) {
  const [measure, width] = useWidth();
  const [drag, setDrag] = useState<{ readonly start: number; readonly end: number }>();
  const [pointer, setPointer] = useState<number>();
  const frame = useMemo<Frame>(() => ({ span, width, height: HEIGHT }), [span, width]);
  const bars = useMemo(() => barsOf(buckets ?? [], bucketSeconds, frame), [buckets, bucketSeconds, frame]);
  const ticks = useMemo(() => (width > 0 ? ticksOf(frame) : []), [frame, width]);
  const selection =
    drag && Math.abs(drag.end - drag.start) > 3
      ? brushed(drag.start, drag.end, bucketSeconds, frame)
      : undefined;
  const hovered =
    pointer === undefined
      ? undefined
      : bars.find((bar) => pointer >= bar.x && pointer <= bar.x + bar.width + 1);

  const at = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const release = () => {
    if (selection) onBrush(selection);
    else if (drag && hovered && bucketSeconds > 1) onBrush({ from: hovered.from, to: hovered.to });
    setDrag(undefined);
  };
  return (
    <div className="ot-histogram" ref={measure}>
      <svg
        width="100%"
        height={HEIGHT + 20}
        role="img"
        aria-label={summary(buckets, failed)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ start: at(event), end: at(event) });
        }}
        onPointerMove={(event) => {
          setPointer(at(event));
          if (drag) setDrag({ ...drag, end: at(event) });
        }}
        onPointerUp={release}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setPointer(undefined)}
      >
        {selection && (
          <rect
            className="ot-brush"
            x={toX(selection.from, frame)}
            width={toX(selection.to, frame) - toX(selection.from, frame)}
            y={0}
            height={HEIGHT}
          />
        )}
        {bars.map((bar) => (
          <g key={bar.from} className={bar === hovered ? 'ot-bar-hovered' : undefined}>
            <rect
              className="ot-bar"
              x={bar.x}
              y={HEIGHT - bar.height}
              width={bar.width}
              height={bar.height}
            />
            <rect
              className="ot-bar-error"
              x={bar.x}
              y={HEIGHT - bar.errorHeight}
              width={bar.width}
              height={bar.errorHeight}
            />
          </g>
        ))}
        <line className="ot-axis" x1={0} x2={width} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
        {ticks.map((tick) => (
          <g key={tick.x}>
            <line className="ot-axis" x1={tick.x} x2={tick.x} y1={HEIGHT} y2={HEIGHT + 4} />
            <text x={tick.x} y={HEIGHT + 16} textAnchor={anchorOf(tick.x, width)}>
              {tick.text}
            </text>
          </g>
        ))}
      </svg>
      {hovered && !selection && <BarNote bar={hovered} width={width} />}
      {buckets?.length === 0 && <div className="ot-histogram-note">No events in this range</div>}
      {failed && <div className="ot-histogram-note">The histogram could not be loaded</div>}
    </div>
  );
}

function BarNote({ bar, width }: { readonly bar: Bar; readonly width: number }) {
  const right = bar.x > width / 2;
  return (
    <div
      className="ot-bar-note"
      style={right ? { right: width - bar.x + 8 } : { left: bar.x + bar.width + 8 }}
    >
      <strong>{bar.count.toLocaleString('en')}</strong> {bar.count === 1 ? 'event' : 'events'}
      {bar.errors > 0 && <span className="ot-bad"> · {bar.errors.toLocaleString('en')} failed</span>}
      <div className="ot-secondary">
        {localTime(bar.from * 1000)} – {localTime(bar.to * 1000).slice(11)}
      </div>
    </div>
  );
}

function anchorOf(x: number, width: number): 'start' | 'middle' | 'end' {
  if (x < 24) return 'start';
  return x > width - 24 ? 'end' : 'middle';
}

function summary(buckets: readonly Bucket[] | undefined, failed: boolean): string {
  if (failed) return 'Events over time could not be loaded';
  if (!buckets) return 'Events over time, loading';
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const errors = buckets.reduce((sum, bucket) => sum + bucket.errors, 0);
  return `Events over time: ${count} events, ${errors} of them failed`;
}
