import type { Condition } from './condition.ts';

export function isNumber(value: number): Condition {
  return { holds: (other) => other === value, access: { by: 'value', value }, isAccess: true };
}

export type Bound = { readonly value: number; readonly isOpen: boolean };

export function isBetween(low: Bound | undefined, high: Bound | undefined): Condition {
  const isAbove = (value: number) => !low || (low.isOpen ? value > low.value : value >= low.value);
  const isBelow = (value: number) => !high || (high.isOpen ? value < high.value : value <= high.value);
  return {
    holds: (value) => typeof value === 'number' && isAbove(value) && isBelow(value),
    access: { by: 'number', low: low?.value ?? -Infinity, high: high?.value ?? Infinity },
    isAccess: false,
  };
}

/** Undefined for a number that a double cannot keep: EventBridge does not compare it. */
export function comparable(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  return sameDigits(text, String(value)) ? value : undefined;
}

function sameDigits(a: string, b: string): boolean {
  const left = digitsOf(a);
  const right = digitsOf(b);
  return left.digits === right.digits && (left.digits === '' || left.exponent === right.exponent);
}

/** The significant digits, and the power of ten that the last of them stands for. */
function digitsOf(text: string): { digits: string; exponent: number } {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return { digits, exponent: Number(exponent) - fraction.length + all.length - digits.length };
}
