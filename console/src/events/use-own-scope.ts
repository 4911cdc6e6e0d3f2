import { useEffect } from 'react';

import { isNotPermitted } from '../aws/errors.ts';
import { useConnection } from '../session/context.tsx';

/** Somebody without `opentrail:AllAccounts` still sees the account and region of the credentials. */
export function useOwnScopeWhenDenied(error: unknown): void {
  const { everywhere, giveUpEverywhere } = useConnection();
  useEffect(() => {
    if (everywhere && isNotPermitted(error)) giveUpEverywhere();
  }, [error, everywhere, giveUpEverywhere]);
}
