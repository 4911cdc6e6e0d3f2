import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { invalidToken } from './lake-errors.ts';

export type PageTokens = {
  /** `binding`: what the token is good for, the caller's account and every parameter but the page size. */
  readonly seal: (position: string, binding: unknown) => string;
  /** Throws InvalidNextTokenException for a token that is malformed, changed, or of another question. */
  readonly open: (token: string, binding: unknown) => string;
};

const MAC_BYTES = 16;
const FORM = /^[A-Za-z0-9_-]{23,900}$/;

/** Where the next page begins, as text that only we can write. */
export function createPageTokens(key: Uint8Array): PageTokens {
  const macOf = (text: string, binding: unknown) => {
    const bound = createHash('sha256').update(JSON.stringify(binding)).digest();
    return createHmac('sha256', key).update(bound).update(text).digest().subarray(0, MAC_BYTES);
  };
  return {
    seal: (text, binding) => Buffer.concat([macOf(text, binding), Buffer.from(text)]).toString('base64url'),
    open: (token, binding) => {
      if (!FORM.test(token)) throw invalidToken();
      const bytes = Buffer.from(token, 'base64url');
      const text = bytes.subarray(MAC_BYTES).toString('utf8');
      if (!timingSafeEqual(macOf(text, binding), bytes.subarray(0, MAC_BYTES))) throw invalidToken();
      return text;
    },
  };
}
