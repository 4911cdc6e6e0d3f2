import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';

import { useConnection } from '../../../session/context.tsx';
import { trailSelectors } from '../selectors/readable.ts';
import { listTrails, readOnlyReason, trailStatus } from '../trails.ts';
import { useDeliveries } from '../use-deliveries.ts';
import type { Row } from './columns.tsx';

/** The trails with their state and what they log, each as soon as it is known. */
export function useRows() {
  const { api, session } = useConnection();
  const queries = useQueryClient();
  const refetch = (...keys: string[]) => {
    for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
  };
  useDeliveries(() => refetch('trails', 'trail-status'));
  const trails = useQuery({
    queryKey: ['trails'],
    queryFn: ({ signal }) => listTrails(api, signal),
    staleTime: 0,
  });
  const list = trails.data ?? [];
  const statuses = useQueries({
    queries: list.map(({ arn }) => ({
      queryKey: ['trail-status', arn],
      queryFn: ({ signal }: { signal: AbortSignal }) => trailStatus(api, arn, signal),
      staleTime: 0,
    })),
  });
  const selectors = useQueries({
    queries: list.map(({ arn }) => ({
      queryKey: ['trail-selectors', arn],
      queryFn: ({ signal }: { signal: AbortSignal }) => trailSelectors(api, arn, signal),
      staleTime: 0,
    })),
  });
  const rows: readonly Row[] = list.map((trail, index) => {
    const readOnly = readOnlyReason(trail, session);
    return {
      ...trail,
      status: statuses[index]?.data,
      failed: statuses[index]?.isError ?? false,
      logged: selectors[index]?.data,
      readOnly,
      address: readOnly === undefined ? trail.name : trail.arn,
    };
  });
  return { trails, rows, refresh: () => refetch('trails', 'trail-status', 'trail-selectors') };
}
