import { backoff } from '../../../base/retry.ts';
import type { DeliveryRow } from '../settings.ts';
import { MOST_AGE_SECONDS, RETRIES, type Target } from '../target.ts';
import type { Failure } from './outcome.ts';

/** Exponential with jitter, so that the 185 retries of the default take about its 24 hours. */
const PAUSES = { first: 1000, most: 600_000 };

export type Exhausted = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | 'NotRetryable';

/** When a delivery that failed is tried again (ms), or why it is not any more. `attempts` counts the one that just failed. */
export function afterFailure(
  { created_at }: Pick<DeliveryRow, 'created_at'>,
  {
    attempts,
    failure,
    target,
    now,
  }: {
    readonly attempts: number;
    readonly failure: Failure;
    readonly target: Pick<Target, 'RetryPolicy'>;
    readonly now: number;
  },
): { readonly nextAt: number } | { readonly exhausted: Exhausted } {
  const { MaximumRetryAttempts: most = RETRIES, MaximumEventAgeInSeconds: age = MOST_AGE_SECONDS } =
    target.RetryPolicy ?? {};
  if (failure.permanent) return { exhausted: 'NotRetryable' };
  if (attempts > most) return { exhausted: 'MaximumRetryAttempts' };
  const end = created_at + age * 1000;
  if (now >= end) return { exhausted: 'MaximumEventAgeInSeconds' };
  // The last try is at the end of its age at the latest.
  return { nextAt: Math.min(now + Math.max(backoff(attempts, PAUSES), failure.retryAfter ?? 0), end) };
}
