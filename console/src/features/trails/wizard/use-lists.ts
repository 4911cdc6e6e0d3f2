import { useQueries } from '@tanstack/react-query';

import { useConnection } from '../../../session/context.tsx';
import { available, type Kind, type Lists } from '../../../choices/available.ts';

const KINDS: readonly Kind[] = ['buckets', 'keys', 'topics', 'logGroups', 'roles'];

/**
 * What there is to choose from, as of when the wizard was opened: what it makes itself must not look as if it had been there. A kind is
 * undefined while it is asked.
 */
export function useLists(): Lists {
  const { api } = useConnection();
  const queries = useQueries({
    queries: KINDS.map((kind) => ({
      queryKey: ['available', kind],
      queryFn: ({ signal }: { signal: AbortSignal }) => available(api, kind, signal),
      staleTime: Infinity,
      gcTime: 0,
    })),
  });
  return Object.fromEntries(
    KINDS.map((kind, index) => {
      const { data, error } = queries[index] ?? {};
      return [kind, error ? { state: 'unknown', why: `Not listed: ${error.message}` } : data];
    }),
  );
}
