import { createHash } from 'node:crypto';

import { keyOfToken, tokenOfKey } from '../../aws/page-token.ts';
import type { LogPosition } from '../../store/contract.ts';
import { invalid } from './log-errors.ts';

/** Positions as the 56 digits that CloudWatch Logs has for event ids and tokens: time, arrival, number. */
const PARTS = [14, 14, 16] as const;
const DIGITS = 56;

export function digitsOf({ time, ingested, n }: LogPosition): string {
  const parts = [time, ingested, n].map((part, index) => String(part).padStart(PARTS[index] ?? 0, '0'));
  return parts.join('').padStart(DIGITS, '0');
}

function positionOf(digits: string): LogPosition {
  if (!/^\d{56}$/.test(digits)) throw badToken();
  let at = DIGITS - PARTS.reduce((sum, length) => sum + length, 0);
  const [time = 0, ingested = 0, n = 0] = PARTS.map((length) => Number(digits.slice(at, (at += length))));
  return { time, ingested, n };
}

/** GetLogEvents: `f/…` goes on behind a position, `b/…` goes back before it. */
export function wayToken(way: 'f' | 'b', position: LogPosition): string {
  return `${way}/${digitsOf(position)}`;
}

export function readWayToken(token: string): { readonly way: 'f' | 'b'; readonly position: LogPosition } {
  const match = /^([fb])\/(\d{56})$/.exec(token);
  if (match?.[2] === undefined) throw badToken();
  return { way: match[1] === 'f' ? 'f' : 'b', position: positionOf(match[2]) };
}

/** FilterLogEvents: a position within exactly one question. */
export function searchToken(position: LogPosition, question: unknown): string {
  return tokenOfKey(`${digitsOf(position)}${fingerprint(question)}`);
}

export function readSearchToken(token: string, question: unknown): LogPosition {
  const text = keyOfToken(token, badToken);
  if (text.slice(DIGITS) !== fingerprint(question)) throw badToken();
  return positionOf(text.slice(0, DIGITS));
}

function fingerprint(question: unknown): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 22);
}

/** What PutLogEvents gave once to be sent with the next call, and still answers. */
export function sequenceToken(ingested: number): string {
  return `49${String(ingested).padStart(DIGITS - 2, '0')}`;
}

export function badToken() {
  return invalid('The specified nextToken is invalid.');
}
