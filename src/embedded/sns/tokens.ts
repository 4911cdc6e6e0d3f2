import { timingSafeEqual } from 'node:crypto';

import { invalidParameter, invalidToken } from './sns-errors.ts';

/** HMAC under a key of ours. */
export type Mac = (purpose: string, text: string) => Uint8Array;

export type Token = { readonly subscriptionId: string; readonly issuedAt: number };

/** As long as a subscription may be confirmed. https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
export const TOKEN_LIFE = 2 * 86_400_000;

const PURPOSE = 'sns-token';

/**
 * A token by which an endpoint's owner confirms: nothing of it is stored, whoever knows it was sent it. Hexadecimal: the subscription's id,
 * the time, and the MAC over both.
 */
export function issueToken(mac: Mac, { subscriptionId, issuedAt }: Token): string {
  const time = issuedAt.toString(16).padStart(12, '0');
  return `${subscriptionId.replaceAll('-', '')}${time}${signOf(mac, subscriptionId, issuedAt)}`;
}

/** Throws InvalidParameter for what was not issued here, or too long ago. */
export function readToken(mac: Mac, text: string, now: number): Token {
  const found =
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})([0-9a-f]{12})([0-9a-f]{64})$/.exec(
      text,
    );
  if (found === null) throw invalidToken();
  const subscriptionId = found.slice(1, 6).join('-');
  const issuedAt = Number.parseInt(found[6] as string, 16);
  const expected = Buffer.from(signOf(mac, subscriptionId, issuedAt));
  if (!timingSafeEqual(expected, Buffer.from(found[7] as string))) throw invalidParameter('Token');
  if (now > issuedAt + TOKEN_LIFE) throw invalidParameter('Token', 'The token has expired');
  return { subscriptionId, issuedAt };
}

function signOf(mac: Mac, subscriptionId: string, issuedAt: number): string {
  return Buffer.from(mac(PURPOSE, `${subscriptionId} ${issuedAt}`)).toString('hex');
}
