import { fieldsIn } from './fields.ts';

/** A form body under its wire names: `Filter.1.Name=x` → `{ Filter: { 1: { Name: 'x' } } }`. */
export type FormTree = { readonly [name: string]: string | FormTree };

type Building = { [name: string]: string | Building };

const MOST_FIELDS = 20_000;
const MOST_DEPTH = 20;

/** Undefined when it has too many fields to be one; `Action` and `Version` are left out. Names cannot reach a prototype. */
export function readForm(body: Uint8Array): FormTree | undefined {
  const root: Building = Object.create(null) as Building;
  let count = 0;
  for (const [name, value] of fieldsIn(
    Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'),
  )) {
    if (++count > MOST_FIELDS) return undefined;
    if (name !== 'Action' && name !== 'Version') place(root, name.split('.', MOST_DEPTH), value);
  }
  return root;
}

/** The elements of a list (`{ 1: a, 2: b }`) in order; undefined when the keys are not numbers. */
export function elementsOf(tree: FormTree): readonly (string | FormTree)[] | undefined {
  const keys = Object.keys(tree);
  if (keys.length === 0 || !keys.every(isIndex)) return undefined;
  return keys.sort((one, other) => Number(one) - Number(other)).map((key) => tree[key] as string | FormTree);
}

function place(root: Building, path: readonly string[], value: string): void {
  let at = root;
  for (let i = 0; i < path.length - 1; i++) {
    const step = path[i] as string;
    const next = at[step];
    if (typeof next === 'object') at = next;
    else at = at[step] = Object.create(null) as Building;
  }
  at[path.at(-1) as string] = value;
}

function isIndex(key: string): boolean {
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return key !== '';
}
