import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';

import type { TrailEvent } from '../../events/trail-event.ts';
import { useOwnScopeWhenDenied } from '../../events/use-own-scope.ts';
import { useConnection } from '../../session/context.tsx';
import { formatAddress } from '../../events/address.ts';
import { lookupHistogram, lookupPage, type Bucket, type Search } from '../../events/lookup.ts';
import type { HistoryQuery } from '../../events/query.ts';
import { bucketSecondsFor, resolveRange, type Span } from '../../events/range.ts';

export type History = {
  readonly span: Span;
  readonly events: readonly TrailEvent[];
  readonly page: {
    /** From 1. */
    readonly index: number;
    readonly known: number;
    readonly more: boolean;
    readonly goTo: (index: number) => void;
  };
  /** Nothing to show yet. */
  readonly loading: boolean;
  /** What is shown belongs to the question before. */
  readonly stale: boolean;
  readonly error: unknown;
  readonly histogram: {
    readonly buckets: readonly Bucket[] | undefined;
    readonly bucketSeconds: number;
    readonly error: unknown;
  };
  readonly search: Search;
  /** Asks again, relative ranges up to now. */
  readonly refresh: () => void;
};

/** The events that answer a query: pages are fetched when looked at and kept; the histogram comes beside them. */
export function useHistory(query: HistoryQuery, pageSize: number): History {
  const { api, everywhere } = useConnection();
  const key = formatAddress({ query, event: undefined, live: false });
  const [asked, setAsked] = useState(0);
  const [page, setPage] = useState({ key: '', index: 1 });
  // The span is pinned per question: pages, histogram and downloads must speak of the same seconds.
  const span = useMemo(() => resolveRange(query.range, Date.now()), [key, asked]);
  const search = useMemo<Search>(() => ({ query, span, everywhere }), [key, span, everywhere]);
  const identity = [everywhere, key, span.from, span.to] as const;
  const bucketSeconds = bucketSecondsFor(span);

  const pages = useInfiniteQuery({
    queryKey: ['events', ...identity, pageSize],
    queryFn: ({ pageParam, signal }) => lookupPage(api, { ...search, pageSize, token: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });
  const histogram = useQuery({
    queryKey: ['histogram', ...identity, bucketSeconds],
    queryFn: ({ signal }) => lookupHistogram(api, { ...search, bucketSeconds }, signal),
  });
  useOwnScopeWhenDenied(pages.error);

  const pageKey = identity.join(' ');
  const loaded = pages.data?.pages ?? [];
  const index = page.key === pageKey ? page.index : 1;
  const { fetchNextPage } = pages;
  const goTo = useCallback(
    (wanted: number) => {
      setPage({ key: pageKey, index: wanted });
      if (wanted > loaded.length) void fetchNextPage();
    },
    [pageKey, loaded.length, fetchNextPage],
  );
  const fetchingPage = index > loaded.length && !pages.error;
  return {
    span,
    search,
    events: loaded[Math.min(index, loaded.length) - 1]?.events ?? [],
    page: { index, known: Math.max(loaded.length, index), more: pages.hasNextPage, goTo },
    loading: pages.isPending || fetchingPage,
    stale: pages.isPlaceholderData || (pages.isFetching && !pages.isPending),
    error: pages.error,
    histogram: { buckets: histogram.data, bucketSeconds, error: histogram.error },
    refresh: useCallback(() => setAsked((before) => before + 1), []),
  };
}
