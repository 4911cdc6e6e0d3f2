import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';

import { useConnection } from '../session/context.tsx';
import type { PlannedCall } from './planned-call.ts';
import { invokeWith, NOTHING_DONE, runPlan, type Progress } from './run-plan.ts';

/**
 * The doing of a plan: started, gone on with, left for a correction. `keys`: the beginnings of the queries that are asked again when it
 * ends.
 */
export function useDoing(keys: readonly string[]) {
  const { api } = useConnection();
  const queries = useQueryClient();
  const [calls, setCalls] = useState<readonly PlannedCall[]>();
  const [progress, setProgress] = useState<Progress>(NOTHING_DONE);
  const running = useRef(false);
  const start = (plan: readonly PlannedCall[]) => {
    if (running.current) return;
    running.current = true;
    setCalls(plan);
    void runPlan(plan, progress, { invoke: invokeWith(api), onProgress: setProgress }).then((end) => {
      running.current = false;
      setProgress(end);
      for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
    });
  };
  return { calls, progress, start, leave: () => setCalls(undefined) };
}
