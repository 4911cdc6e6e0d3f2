import type { Content } from 'pdfmake';

import type { DayTally } from '../tally.ts';
import { ACCENT, MUTED, RULE } from './style.ts';

const WIDTH = 515;
const HEIGHT = 90;
const CHANGES = '#e08a00';

/** Calls of each day as bars, the part of them that changed something in another colour. Days without any are there too. */
export function daysChart(days: ReadonlyMap<string, DayTally>, from: number, to: number): Content {
  const { bars, step } = barsOf(days, from, to);
  const most = Math.max(1, ...bars.map(({ calls }) => calls));
  const width = WIDTH / bars.length;
  const bar = (at: number, value: number, color: string) => {
    const h = (value / most) * HEIGHT;
    return {
      type: 'rect' as const,
      x: at * width + 0.5,
      y: HEIGHT - h,
      w: Math.max(0.6, width - 1),
      h,
      color,
    };
  };
  const per = step === 1 ? 'day' : `${step} days`;
  return {
    unbreakable: true,
    stack: [
      { text: `Calls per ${per} (most: ${most.toLocaleString('en-GB')})`, style: 'subheading' },
      {
        canvas: [
          { type: 'line', x1: 0, y1: 0, x2: WIDTH, y2: 0, lineWidth: 0.4, lineColor: RULE },
          { type: 'line', x1: 0, y1: HEIGHT / 2, x2: WIDTH, y2: HEIGHT / 2, lineWidth: 0.4, lineColor: RULE },
          ...bars.map(({ calls }, at) => bar(at, calls, ACCENT)),
          ...bars.map(({ changes }, at) => bar(at, changes, CHANGES)),
          { type: 'line', x1: 0, y1: HEIGHT, x2: WIDTH, y2: HEIGHT, lineWidth: 0.8, lineColor: MUTED },
        ],
      },
      {
        columns: [
          { text: bars[0]?.day ?? '', style: 'label' },
          {
            text: [
              { text: '■ ', color: ACCENT },
              'all calls   ',
              { text: '■ ', color: CHANGES },
              'of them changes',
            ],
            style: 'label',
            alignment: 'center',
          },
          { text: bars.at(-1)?.day ?? '', style: 'label', alignment: 'right' },
        ],
        margin: [0, 2, 0, 0],
      },
    ],
  };
}

type Bar = { readonly day: string; calls: number; changes: number };

/** At most 120 bars: of long periods a bar is several days. */
function barsOf(days: ReadonlyMap<string, DayTally>, from: number, to: number) {
  const first = Math.floor(from / 86_400);
  const last = Math.max(first, Math.ceil(to / 86_400) - 1);
  const step = Math.max(1, Math.ceil((last - first + 1) / 120));
  const bars: Bar[] = [];
  for (let at = first; at <= last; at++) {
    const day = new Date(at * 86_400_000).toISOString().slice(0, 10);
    if ((at - first) % step === 0) bars.push({ day, calls: 0, changes: 0 });
    const bar = bars.at(-1);
    const found = days.get(day);
    if (bar === undefined || found === undefined) continue;
    bar.calls += found.calls;
    bar.changes += found.changes;
  }
  return { bars, step };
}
