import { AwsError } from '../../aws/errors.ts';
import { createSealedTokens } from '../../aws/sealed-tokens.ts';
import type { LookupCursor } from '../../store/contract.ts';

/** Where the next page begins, and the time range that the first page fixed: new events must not shift the later ones. */
export type PagePosition = { readonly from: number; readonly to: number; readonly after: LookupCursor };

export type NextTokens = {
  /** `binding` is what the token is good for: the caller's account and every parameter but the page size. */
  readonly seal: (position: PagePosition, binding: unknown) => string;
  /** Throws InvalidNextTokenException for a token that is malformed, changed, or of another query. */
  readonly open: (token: string, binding: unknown) => PagePosition;
};

export function createNextTokens(key: Uint8Array): NextTokens {
  const tokens = createSealedTokens(key, 'LookupEvents');
  return {
    seal: ({ from, to, after }, binding) => tokens.seal(`${from} ${to} ${after.time} ${after.id}`, binding),
    open: (token, binding) => {
      const text = tokens.open(token, binding);
      if (text === undefined) throw invalidToken();
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
