import { isIP } from 'node:net';

import type { Clock } from '../../base/clock.ts';

export const MAX_FAILURES = 5;
export const LOCKED_FOR = 15 * 60_000;

/** Counts failures per key (a source address, a device) in bounded memory: five within 15 minutes lock it for 15 minutes. */
export type AttemptLimiter = {
  /** Milliseconds until the key may try again; 0 when it may now. */
  readonly lockedFor: (key: string) => number;
  readonly failed: (key: string) => void;
  readonly succeeded: (key: string) => void;
};

/** Beyond `capacity` keys the one that failed longest ago is forgotten. */
export function createAttemptLimiter(clock: Clock, capacity = 10_000): AttemptLimiter {
  const attempts = new Map<string, { failures: number; since: number; lockedUntil: number }>();
  return {
    lockedFor: (key) => Math.max(0, (attempts.get(key)?.lockedUntil ?? 0) - clock.now()),
    failed: (key) => {
      const now = clock.now();
      const known = attempts.get(key);
      const failures =
        known !== undefined && now - known.since < LOCKED_FOR && known.lockedUntil === 0
          ? known.failures + 1
          : 1;
      attempts.delete(key);
      if (attempts.size >= capacity) attempts.delete(attempts.keys().next().value as string);
      const since = failures === 1 || known === undefined ? now : known.since;
      attempts.set(key, { failures, since, lockedUntil: failures >= MAX_FAILURES ? now + LOCKED_FOR : 0 });
    },
    succeeded: (key) => void attempts.delete(key),
  };
}

/** What stands for a peer when its failures are counted: an IPv4 address, or the /64 of an IPv6 one, all of which one customer has. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [head = '', tail] = address.split('%')[0]?.toLowerCase().split('::') ?? [];
  const start = head === '' ? [] : head.split(':');
  const end = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - start.length - end.length) }, () => '0');
  return [...start, ...zeros, ...end]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
