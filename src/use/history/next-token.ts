import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { AwsError } from '../../aws/errors.ts';
import type { LookupCursor } from '../../store/contract.ts';

/** Where the next page begins, and the time range that the first page fixed: new events must not shift the later ones. */
export type PagePosition = { readonly from: number; readonly to: number; readonly after: LookupCursor };

export type NextTokens = {
  /** `binding` is what the token is good for: the caller's account and every parameter but the page size. */
  readonly seal: (position: PagePosition, binding: unknown) => string;
  /** Throws InvalidNextTokenException for a token that is malformed, changed, or of another query. */
  readonly open: (token: string, binding: unknown) => PagePosition;
};

const MAC_BYTES = 16;
const FORM = /^[A-Za-z0-9_-]{30,400}$/;

export function createNextTokens(key: Uint8Array): NextTokens {
  const macOf = (text: string, binding: unknown) => {
    const bound = createHash('sha256').update(JSON.stringify(binding)).digest();
    return createHmac('sha256', key)
      .update('LookupEvents')
      .update(bound)
      .update(text)
      .digest()
      .subarray(0, MAC_BYTES);
  };
  return {
    seal: ({ from, to, after }, binding) => {
      const text = `${from} ${to} ${after.time} ${after.id}`;
      return Buffer.concat([macOf(text, binding), Buffer.from(text)]).toString('base64url');
    },
    open: (token, binding) => {
      if (!FORM.test(token)) throw invalidToken();
      const bytes = Buffer.from(token, 'base64url');
      const text = bytes.subarray(MAC_BYTES).toString('latin1');
      if (!timingSafeEqual(macOf(text, binding), bytes.subarray(0, MAC_BYTES))) throw invalidToken();
      const [from, to, time, id = ''] = text.split(' ');
      return { from: Number(from), to: Number(to), after: { time: Number(time), id } };
    },
  };
}

function invalidToken(): AwsError {
  return new AwsError(
    'InvalidNextTokenException',
    'A token that is not valid, or was previously used in a request with different parameters. The NextToken must come with the same parameters as the call that returned it.',
  );
}
