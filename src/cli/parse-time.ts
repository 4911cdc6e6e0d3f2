import { InvalidArgumentError } from 'commander';

import { parseDuration } from '../base/duration.ts';

/** `2026-01-31`, `2026-01-31T08:00:00Z`, or an age (`2h`) → seconds since the epoch. */
export function parseTime(text: string): number {
  const age = parseDuration(text);
  if (age !== undefined) return Math.floor((Date.now() - age) / 1000);
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('must be a time such as 2026-01-31T08:00:00Z or an age such as 2h or 7d');
  return Math.floor(ms / 1000);
}
