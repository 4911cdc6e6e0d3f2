import { invalidSql, type Place } from '../invalid-sql.ts';
import type { FunctionLeaf, Leaf, LiteralLeaf, SortLeaf, TypeLeaf } from '../parse/leaves.ts';
import type { Name } from './syntax.ts';

/** What the parser says: `{ select: { … } }`. */
export type Raw = Readonly<Record<string, unknown>>;
export type Node = { readonly kind: string; readonly of: Raw };

/** Reads the parser's tree; every part of it must be asked for by name, or else be empty. */
export class Reader {
  readonly #leaves: readonly Leaf[];

  constructor(leaves: readonly Leaf[]) {
    this.#leaves = leaves;
  }

  /** The one thing that a node is. */
  node(value: unknown): Node {
    const entries = Object.entries(this.object(value));
    const [first] = entries;
    if (!first || entries.length !== 1) throw this.unknown(value);
    return { kind: first[0], of: isObject(first[1]) ? first[1] : {} };
  }

  object(value: unknown): Raw {
    if (!isObject(value)) throw this.unknown(value);
    return value;
  }

  list(value: unknown): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw this.unknown(value);
    return value;
  }

  /** Refuses what a node has beside these. */
  only(node: Node, allowed: readonly string[]): Raw {
    for (const [key, value] of Object.entries(node.of)) {
      if (allowed.includes(key) || HARMLESS.has(key) || isEmpty(value)) continue;
      throw invalidSql(`${words(key)} is not supported in ${words(node.kind)}`, this.placeOf(node.of));
    }
    return node.of;
  }

  name(value: unknown): Name {
    const { name } = this.object(value);
    const leaf = typeof name === 'string' ? this.#leaf(name, 'i') : undefined;
    if (leaf?.kind !== 'name') throw this.unknown(value);
    return { text: leaf.text, lower: leaf.text.toLowerCase(), place: leaf.place };
  }

  names(value: unknown): readonly Name[] {
    return this.list(value).map((one) => this.name(one));
  }

  functionOf(name: unknown): FunctionLeaf | undefined {
    const leaf = typeof name === 'string' ? this.#leaf(name, 'f') : undefined;
    return leaf?.kind === 'function' ? leaf : undefined;
  }

  literal(text: unknown): LiteralLeaf | TypeLeaf | SortLeaf | undefined {
    const leaf = typeof text === 'string' ? this.#leaf(text, 's') : undefined;
    return leaf === undefined || leaf.kind === 'name' || leaf.kind === 'function' ? undefined : leaf;
  }

  /** Of the first word of ours in it. */
  placeOf(value: unknown): Place | undefined {
    const pending: unknown[] = [value];
    let first: Place | undefined;
    for (let seen = 0; pending.length > 0 && seen < 2000; seen++) {
      const at = pending.pop();
      if (typeof at === 'string') {
        const place = /^[ifs]\d+$/.test(at) ? this.#leaves[Number(at.slice(1))]?.place : undefined;
        if (
          place &&
          (!first || place.line < first.line || (place.line === first.line && place.column < first.column))
        )
          first = place;
      } else if (Array.isArray(at) || isObject(at)) pending.push(...Object.values(at));
    }
    return first;
  }

  unknown(value: unknown): Error {
    const kind = isObject(value) ? Object.keys(value)[0] : undefined;
    return invalidSql(
      kind === undefined ? 'the statement is not understood' : `${words(kind)} is not supported`,
      this.placeOf(value),
    );
  }

  #leaf(text: string, letter: string): Leaf | undefined {
    return new RegExp(`^${letter}\\d+$`).test(text) ? this.#leaves[Number(text.slice(1))] : undefined;
  }
}

const isObject = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Says how something was written, never what. */
const HARMLESS: ReadonlySet<string> = new Set([
  'span',
  'quoted',
  'alias_explicit_as',
  'alias_keyword',
  'alias_first',
  'use_outer_keyword',
  'use_inner_keyword',
  'nesting_group',
  'explicit_nulls',
  'kind_text',
  'start_side_text',
  'end_side_text',
  'inferred_type',
  'no_parens',
  'use_bracket_syntax',
  'bracketed',
  'original_name',
]);

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);

const words = (key: string): string => key.replaceAll('_', ' ').toUpperCase();
