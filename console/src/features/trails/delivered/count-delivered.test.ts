import { describe, expect, it } from 'vitest';

import { bytesText } from '../../../parts/bytes.ts';
import { slotsOf } from './count-delivered.ts';

const HOUR = 3_600_000;
const at = Date.UTC(2026, 0, 2, 3);

describe('delivered files', () => {
  it('are counted by the hour within two days, the empty ones too', () => {
    const files = [
      { time: at, size: 100 },
      { time: at + 60_000, size: 50 },
      { time: at + 2 * HOUR, size: 1 },
    ];
    const counted = slotsOf(files, { from: at, to: at + 3 * HOUR - 1 });
    expect(counted).toMatchObject({ files: 3, bytes: 151, slotMs: HOUR });
    expect(counted.slots.map(({ files: count }) => count)).toEqual([2, 0, 1]);
  });

  it('are counted by the day beyond', () => {
    const counted = slotsOf([{ time: at, size: 1 }], { from: at - 6 * 24 * HOUR, to: at });
    expect(counted.slots).toHaveLength(7);
    expect(counted.slots.at(-1)?.files).toBe(1);
  });

  it('have sizes that people read', () => {
    expect([0, 1023, 1024, 1536, 200 * 1024, 5 * 1024 ** 3].map(bytesText)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KB',
      '1.5 KB',
      '200 KB',
      '5.0 GB',
    ]);
  });
});
