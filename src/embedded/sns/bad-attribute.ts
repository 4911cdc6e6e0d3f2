import { invalidParameter } from './sns-errors.ts';

/** What is wrong with the value of an attribute: `FilterPolicy: Filter policy is too complex`. The two operations that take attributes say it in forms of their own. */
export class BadAttribute extends Error {
  override readonly name = 'BadAttribute';
}

/** Throws what `read` throws, a BadAttribute in the words of Subscribe or of SetSubscriptionAttributes. */
export function inWordsOf<T>(operation: 'Subscribe' | 'SetSubscriptionAttributes', read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BadAttribute)) throw error;
    throw operation === 'Subscribe'
      ? invalidParameter('Attributes', error.message)
      : invalidParameter(error.message);
  }
}
