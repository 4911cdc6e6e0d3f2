import { invalidParameter } from '../sns-errors.ts';

const PAGE = 100;

/** Where a page begins: behind the key that the token stands for. Throws InvalidParameter. */
export function startOf(token: string | undefined): string {
  if (token === undefined || token === '') return '';
  if (!/^[A-Za-z0-9_-]{1,1000}$/.test(token)) throw invalidParameter('NextToken');
  return Buffer.from(token, 'base64url').toString();
}

/** A page of rows that were asked for with one more than fit, in the order of their keys. */
export function pageOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string) {
  const items = rows.slice(0, PAGE);
  const last = items.at(-1);
  const next =
    rows.length > PAGE && last !== undefined
      ? { NextToken: Buffer.from(keyOf(last)).toString('base64url') }
      : {};
  return { items, next };
}

export const ASKED = PAGE + 1;
