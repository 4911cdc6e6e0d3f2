import type { Reading } from '../reading.ts';
import { AwsError } from '../../errors.ts';

/** `Tag.1.Key=a` as a tree: Tag → 1 → Key → "a". */
export type FormNode = { text: string | undefined; children: Map<string, FormNode> | undefined };

const MAX_PARAMETERS = 20_000;
const MAX_PARTS = 40;

/** The parameters of a form body or query string. Throws AwsError `MalformedQueryString`. */
export function parseForm(texts: readonly string[], reading: Reading): FormNode {
  const root: FormNode = { text: undefined, children: undefined };
  let count = 0;
  for (const text of texts) {
    for (const pair of text.split('&')) {
      if (pair === '') continue;
      if (++count > MAX_PARAMETERS) throw reading.refuse(`More than ${MAX_PARAMETERS} parameters.`);
      const at = pair.indexOf('=');
      const key = decode(at === -1 ? pair : pair.slice(0, at), reading);
      put(root, key, at === -1 ? '' : decode(pair.slice(at + 1), reading), reading);
    }
  }
  return root;
}

function put(root: FormNode, key: string, text: string, reading: Reading): void {
  const parts = key.split('.', MAX_PARTS + 1);
  if (parts.length > MAX_PARTS) throw reading.refuse('A parameter name is nested too deeply.');
  let node = root;
  for (const part of parts) {
    node.children ??= new Map();
    let child = node.children.get(part);
    if (child === undefined) node.children.set(part, (child = { text: undefined, children: undefined }));
    node = child;
  }
  node.text = text;
}

/** Form encoding: `+` is a space. Where strictness is not asked for, broken escapes stay as they are. */
function decode(text: string, reading: Reading): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    if (!reading.strict) return spaced;
    throw new AwsError('MalformedQueryString', 'The query string contains a syntax error.', { cause });
  }
}
