import { firstPage, startOf as startOfPage } from '../../../aws/page-token.ts';
import { invalidParameter } from '../sns-errors.ts';

const PAGE = 100;

/** Where a page begins: behind the key that the token stands for. Throws InvalidParameter. */
export function startOf(token: string | undefined): string {
  return startOfPage(token, () => invalidParameter('NextToken'));
}

/** A page of rows that were asked for with one more than fit, in the order of their keys. */
export function pageOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string) {
  return firstPage(rows, keyOf, PAGE);
}

export const ASKED = PAGE + 1;
