import type { Condition } from './condition.ts';

/** Texts that differ in case only have the same folded text; of any two texts the folded ones put together are the folded whole. */
export function fold(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/**
 * Each character of the pattern stands for itself in lower and in upper case; what a character becomes may be longer (ß, SS) and is then not undone:
 * SS in a pattern is not ß.
 */
export function ignoringCase(text: string, where: 'exact' | 'start' | 'end'): Condition {
  const isPlain = isAscii(text);
  const lower = text.toLowerCase();
  const forms = isPlain ? [] : [...text].map((char) => [char.toLowerCase(), char.toUpperCase()]);
  const holds = (value: string): boolean => {
    if (isPlain) return asciiHolds(value, lower, where);
    return ends(value, forms, where === 'end').some((end) => where !== 'exact' || end === value.length);
  };
  return {
    holds: (value) => typeof value === 'string' && holds(value),
    access: { by: where, text: fold(text), folded: true },
    isAccess: false,
  };
}

function asciiHolds(value: string, lower: string, where: 'exact' | 'start' | 'end'): boolean {
  if (where === 'exact' ? value.length !== lower.length : value.length < lower.length) return false;
  const part = where === 'end' ? value.slice(value.length - lower.length) : value.slice(0, lower.length);
  return isAscii(part) && part.toLowerCase() === lower;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** How much of `value` the forms may take, from the start or from the end; [] where they do not fit. */
function ends(value: string, forms: readonly string[][], isFromEnd: boolean): number[] {
  const text = isFromEnd ? reversed(value) : value;
  let reached = new Set([0]);
  for (const alternatives of isFromEnd ? forms.toReversed() : forms) {
    const next = new Set<number>();
    for (const form of new Set(alternatives)) {
      const wanted = isFromEnd ? reversed(form) : form;
      for (const at of reached) if (text.startsWith(wanted, at)) next.add(at + wanted.length);
    }
    reached = next;
    if (reached.size === 0) break;
  }
  return [...reached];
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}
