import { createSealedTokens } from '../../../aws/sealed-tokens.ts';
import { invalidToken } from './lake-errors.ts';

export type PageTokens = {
  /** `binding`: what the token is good for, the caller's account and every parameter but the page size. */
  readonly seal: (position: string, binding: unknown) => string;
  /** Throws InvalidNextTokenException for a token that is malformed, changed, or of another question. */
  readonly open: (token: string, binding: unknown) => string;
};

/** Where the next page begins, as text that only we can write. */
export function createPageTokens(key: Uint8Array): PageTokens {
  const tokens = createSealedTokens(key, 'Lake');
  return {
    seal: tokens.seal,
    open: (token, binding) => {
      const text = tokens.open(token, binding);
      if (text === undefined) throw invalidToken();
      return text;
    },
  };
}
