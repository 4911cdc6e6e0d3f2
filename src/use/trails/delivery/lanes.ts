import { performance } from 'node:perf_hooks';

import { createGate, type Gate } from './gate.ts';

/** Limits what is delivered at a time, for each bucket and for all of them. */
export type Lanes = {
  readonly run: <T>(bucket: string, work: () => Promise<T>) => Promise<T>;
  /** When work for the bucket last began or ended (performance.now); 0 before the first. */
  readonly movedAt: (bucket: string) => number;
};

type Lane = { readonly gate: Gate; movedAt: number };

export function createLanes(limits: { readonly each: number; readonly together: number }): Lanes {
  const lanes = new Map<string, Lane>();
  const all = createGate(limits.together);
  const laneOf = (bucket: string): Lane => {
    const known = lanes.get(bucket);
    if (known !== undefined) return known;
    const lane = { gate: createGate(limits.each), movedAt: 0 };
    lanes.set(bucket, lane);
    return lane;
  };
  return {
    run: (bucket, work) => {
      const lane = laneOf(bucket);
      const noted = async () => {
        lane.movedAt = performance.now();
        try {
          return await work();
        } finally {
          lane.movedAt = performance.now();
        }
      };
      return lane.gate.run(() => all.run(noted));
    },
    movedAt: (bucket) => lanes.get(bucket)?.movedAt ?? 0,
  };
}
