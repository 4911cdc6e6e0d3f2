import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type SealedTokens = {
  /** `binding`: what the token is good for, the caller's account and every parameter but the page size. */
  readonly seal: (text: string, binding: unknown) => string;
  /** The text; undefined for a token that is malformed, changed, or of another question. */
  readonly open: (token: string, binding: unknown) => string | undefined;
};

const MAC_BYTES = 16;
const FORM = /^[A-Za-z0-9_-]{23,900}$/;

/**
 * Texts that only we can write, such as where the next page begins. `purpose` parts the tokens of one operation from those of others under
 * the same key. The MAC comes last: a token that begins with a text never begins with `-`, which a command line would take for an option.
 */
export function createSealedTokens(key: Uint8Array, purpose: string): SealedTokens {
  const macOf = (text: string, binding: unknown) => {
    const bound = createHash('sha256').update(JSON.stringify(binding)).digest();
    return createHmac('sha256', key)
      .update(purpose)
      .update(bound)
      .update(text)
      .digest()
      .subarray(0, MAC_BYTES);
  };
  return {
    seal: (text, binding) => Buffer.concat([Buffer.from(text), macOf(text, binding)]).toString('base64url'),
    open: (token, binding) => {
      if (!FORM.test(token)) return undefined;
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length < MAC_BYTES) return undefined;
      const text = bytes.subarray(0, -MAC_BYTES).toString('utf8');
      return timingSafeEqual(macOf(text, binding), bytes.subarray(-MAC_BYTES)) ? text : undefined;
    },
  };
}
