import { isObject } from '../../../events/record.ts';

/** A pattern laid out for reading: indented, with lists of short values on one line. As it stands where it is no JSON. */
export function laidOut(text: string): string {
  try {
    return layOut(JSON.parse(text), '');
  } catch {
    return text;
  }
}

const WIDTH = 72;

function layOut(value: unknown, indent: string): string {
  const flat = JSON.stringify(value, null, 1)
    .replaceAll(/\n\s*/g, ' ')
    .replaceAll(/^\[ | \]$/g, (edge) => edge.trim());
  if (!isObject(value) && (!Array.isArray(value) || indent.length + flat.length < WIDTH)) return flat;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => inner + layOut(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${layOut(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

/** What a pattern waits for, a phrase a field: `eventName Delete…`. Empty where it is no pattern. */
export function phrasesOf(text: string): readonly string[] {
  try {
    return phrases(JSON.parse(text), '').filter((phrase) => !phrase.startsWith('detail-type AWS API Call'));
  } catch {
    return [];
  }
}

function phrases(value: unknown, path: string): string[] {
  const name = path.replace(/^detail\./, '');
  if (Array.isArray(value)) {
    if (name === '$or' || name.endsWith('.$or'))
      return [value.map((one) => phrases(one, path.replace(/\.?\$or$/, '')).join(' and ')).join(', or ')];
    return [`${name} ${value.map(conditionText).join(' or ')}`];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    phrases(inner, path === '' ? key : `${path}.${key}`),
  );
}

function conditionText(condition: unknown): string {
  if (!isObject(condition)) return typeof condition === 'string' ? condition : JSON.stringify(condition);
  const [[operator = '', wanted] = []] = Object.entries(condition);
  if (operator === 'exists') return wanted === true ? 'is there' : 'is not there';
  if (operator === 'prefix' && typeof wanted === 'string') return `${wanted}…`;
  if (operator === 'suffix' && typeof wanted === 'string') return `…${wanted}`;
  if (
    (operator === 'wildcard' || operator === 'cidr' || operator === 'equals-ignore-case') &&
    typeof wanted === 'string'
  )
    return wanted;
  if (operator === 'anything-but') return `not ${listed(wanted)}`;
  if (operator === 'numeric' && Array.isArray(wanted)) return wanted.join(' ');
  return JSON.stringify(condition);
}

function listed(wanted: unknown): string {
  return (Array.isArray(wanted) ? wanted : [wanted]).map(conditionText).join(' or ');
}
