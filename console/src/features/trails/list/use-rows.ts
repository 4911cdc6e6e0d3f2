import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';

import { useConnection } from '../../../session/context.tsx';
import { trailSelectors } from '../selectors/readable.ts';
import { listTrails, readOnlyReason, trailStatus, type Trail, type TrailStatus } from '../trails.ts';
import { useDeliveries } from '../use-deliveries.ts';
import type { Row } from './columns.tsx';
import { matchesText, PAGE_SIZE, sortTrails, type TrailsView } from './trails-view.ts';

/**
 * A page of the trails with their state and what they log, each as soon as it is known. Only of the trails that are seen is asked; of all
 * that match where they are sorted by state.
 */
export function useRows(view: TrailsView) {
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
  const matching = (trails.data ?? []).filter((trail) => matchesText(trail, view.text));
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_SIZE));
  const page = Math.min(view.page, pages);
  const seenOf = <T>(list: readonly T[]) => list.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  const asked = view.sort === 'state' ? matching : seenOf(sortTrails(matching, view));
  const statuses = useStatuses(asked);
  const seen = view.sort === 'state' ? seenOf(sortTrails(statuses, view)) : statuses;
  const selectors = useQueries({
    queries: seen.map(({ arn }) => ({
      queryKey: ['trail-selectors', arn],
      queryFn: ({ signal }: { signal: AbortSignal }) => trailSelectors(api, arn, signal),
      staleTime: 0,
    })),
  });
  const rows: readonly Row[] = seen.map((trail, index) => {
    const readOnly = readOnlyReason(trail, session);
    return {
      ...trail,
      logged: selectors[index]?.data,
      readOnly,
      address: readOnly === undefined ? trail.name : trail.arn,
    };
  });
  const refresh = () => refetch('trails', 'trail-status', 'trail-selectors');
  return { trails, rows, matches: matching.length, page, pages, refresh };
}

type WithStatus = Trail & { readonly status: TrailStatus | undefined; readonly failed: boolean };

function useStatuses(trails: readonly Trail[]): readonly WithStatus[] {
  const { api } = useConnection();
  const statuses = useQueries({
    queries: trails.map(({ arn }) => ({
      queryKey: ['trail-status', arn],
      queryFn: ({ signal }: { signal: AbortSignal }) => trailStatus(api, arn, signal),
      staleTime: 0,
    })),
  });
  return trails.map((trail, index) => ({
    ...trail,
    status: statuses[index]?.data,
    failed: statuses[index]?.isError ?? false,
  }));
}
