import type { Place } from '../invalid-sql.ts';
import type { Type } from '../types/type.ts';

/**
 * What a statement says in words of its own. The parser sees a number in place of each (`i7`, `f7(`, `'s7'`), so that no text of the caller
 * reaches it, let alone gets through it.
 */
export type Leaf = NameLeaf | FunctionLeaf | LiteralLeaf | TypeLeaf | SortLeaf;

export type NameLeaf = {
  readonly kind: 'name';
  /** As written. */
  readonly text: string;
  readonly place: Place;
};
export type FunctionLeaf = {
  readonly kind: 'function';
  /** Lower case. */
  readonly name: string;
  readonly place: Place;
};
export type LiteralLeaf = {
  readonly kind: 'literal';
  readonly literal: Literal;
  readonly place: Place;
};
/** The type of a CAST. */
export type TypeLeaf = { readonly kind: 'type'; readonly type: Type; readonly place: Place };

/** `ASC`, `DESC`, `NULLS FIRST`, `NULLS LAST` behind a key by which a function's input is sorted. */
export type SortLeaf = { readonly kind: 'sort'; readonly word: string; readonly place: Place };

export type Literal =
  | { readonly type: 'varchar' | 'date' | 'timestamp'; readonly value: string }
  /** Milliseconds. */
  | { readonly type: 'interval day to second'; readonly value: number }
  /** Months. */
  | { readonly type: 'interval year to month'; readonly value: number };

export type Encoded = {
  /** What the parser gets. */
  readonly text: string;
  readonly leaves: readonly Leaf[];
  /** The place in the statement of an offset in `text`. */
  readonly placeAt: (offset: number) => Place | undefined;
};
