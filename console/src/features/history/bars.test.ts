import { describe, expect, it } from 'vitest';

import { barsOf, brushed, ticksOf, type Frame } from './bars.ts';

const frame: Frame = { span: { from: 1000, to: 2000 }, width: 500, height: 60 };

describe('the histogram', () => {
  it('shows a single event beside very many', () => {
    const [many, one] = barsOf(
      [
        { time: 1000, count: 1_000_000, errors: 0 },
        { time: 1500, count: 1, errors: 1 },
      ],
      100,
      frame,
    );
    expect(many?.height).toBe(60);
    expect(one?.height).toBe(3);
    expect(one?.errorHeight).toBe(3);
    expect(one?.x).toBe(250);
  });

  it('shows failures as their share of a bar', () => {
    const [bar] = barsOf([{ time: 1000, count: 10, errors: 5 }], 100, frame);
    expect(bar?.errorHeight).toBe(30);
  });

  it('keeps a bar that begins before the span inside of the picture', () => {
    const [bar] = barsOf([{ time: 950, count: 1, errors: 0 }], 100, frame);
    expect(bar).toMatchObject({ x: 0, from: 1000, to: 1049 });
  });

  it('brushes whole bars, in whichever direction one drags', () => {
    expect(brushed(120, 60, 100, frame)).toEqual({ from: 1100, to: 1299 });
    expect(brushed(-50, 9999, 100, frame)).toEqual({ from: 1000, to: 2000 });
  });

  it('labels its axis sparsely', () => {
    const day: Frame = { span: { from: 1_767_225_600, to: 1_767_311_999 }, width: 700, height: 60 };
    const ticks = ticksOf(day);
    expect(ticks.length).toBeGreaterThan(2);
    expect(ticks.length).toBeLessThan(8);
  });
});
