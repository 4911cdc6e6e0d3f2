import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ApiError, missingAction } from '../../aws/errors.ts';

/** A change to the organization: whether it is under way, and why it failed. */
export function useChange() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string>();
  const [failed, setFailed] = useState<string>();
  const change = async (what: string, work: () => Promise<void>) => {
    setBusy(what);
    setFailed(undefined);
    try {
      await work();
    } catch (error) {
      setFailed(explain(error));
    }
    await queries.invalidateQueries({ queryKey: ['organization'] });
    setBusy(undefined);
  };
  return { busy, failed, change };
}

function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  const action = missingAction(error);
  return action
    ? `A policy of yours has to allow ${action} (${error.code}).`
    : `${error.message} (${error.code})`;
}
