import { isObject } from '../../events/record.ts';

/** Longer texts are shown as they are. */
const MOST = 100_000;

/** Policies and filters travel as JSON inside a text, IAM's percent-encoded besides: the value of such a text, undefined for others. */
export function embeddedJson(text: string): object | undefined {
  if (text.length > MOST) return undefined;
  const plain = /^%(7B|5B)/i.test(text) ? decoded(text) : text.trim();
  if (!/^[{[]/.test(plain)) return undefined;
  try {
    const value: unknown = JSON.parse(plain);
    return (isObject(value) || Array.isArray(value)) && Object.keys(value).length > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
