import ipaddr from 'ipaddr.js';

import type { Condition } from './condition.ts';

const FOUR = /^\d+\.\d+\.\d+\.\d+$/;
const SIX = /^[\da-fA-F:]*:[\da-fA-F:]*$/;

const DOT = 46;
const ZERO = 48;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export class BadAddress extends Error {
  override readonly name = 'BadAddress';
}

/** Hexadecimal, of 8 or 32 digits; IPv4 addresses written as IPv6 are IPv4. Undefined where the text is no address. */
export function addressDigits(text: string): string | undefined {
  if (text.length < 7 || text.length > 15 || !FOUR.test(text)) {
    const bytes = bytesOf(text);
    return bytes && hex(bytes);
  }
  let digits = '';
  let byte = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== DOT && at < text.length) byte = byte * 10 + code - ZERO;
    else if (byte > 255) return undefined;
    else {
      digits += HEX[byte];
      byte = 0;
    }
  }
  return digits;
}

function bytesOf(text: string): readonly number[] | undefined {
  // The longest address has 39 characters; leading zeros may make it longer, within reason.
  if (text.length > 64) return undefined;
  if (FOUR.test(text)) {
    const bytes = text.split('.').map(Number);
    return bytes.every((byte) => byte <= 255) ? bytes : undefined;
  }
  if (!SIX.test(text) || !hasEightGroups(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toByteArray() : address.toByteArray();
}

/** Eight groups of one to four digits, or fewer around one `::`: what the library takes is more. Not by Node's own, since browsers read patterns too. */
function hasEightGroups(text: string): boolean {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return false;
  const groups = [head, tail ?? ''].flatMap((half) => (half === '' ? [] : half.split(':')));
  return (
    groups.every((group) => /^[\da-fA-F]{1,4}$/.test(group)) &&
    (tail === undefined ? groups.length === 8 : groups.length < 8)
  );
}

/** A range of addresses, `10.0.0.0/24`. Throws a BadAddress in EventBridge's words. */
export function inBlock(text: string): Condition {
  const [address = '', mask = '', ...more] = partsOf(text);
  if (mask === '' || more.length > 0) throw new BadAddress("Malformed CIDR, one '/' required");
  const bits = /^[+-]?\d{1,9}$/.test(mask) ? Number(mask) : undefined;
  if (bits === undefined) throw new BadAddress('Malformed CIDR, mask bits must be an integer');
  if (bits < 0) throw new BadAddress('Malformed CIDR, mask bits must not be negative');
  const bytes = bytesOf(address);
  if (bytes === undefined)
    throw new BadAddress(
      `${FOUR.test(address) || SIX.test(address) ? 'Invalid' : 'Nonstandard'} IP address: ${address}`,
    );
  const size = bytes.length * 8;
  if (bits >= size) throw new BadAddress(`IPv${size === 32 ? 4 : 6} mask bits must be < ${size}`);
  return between(
    hex(bytes.map((byte, at) => byte & ~rest(bits, at))),
    hex(bytes.map((byte, at) => byte | rest(bits, at))),
  );
}

/** The same address, however it is written. Undefined where the text is no address. */
export function isAddress(text: string): Condition | undefined {
  const digits = addressDigits(text);
  return digits === undefined ? undefined : between(digits, digits);
}

function between(low: string, high: string): Condition {
  return {
    holds: (value) => {
      const digits = typeof value === 'string' ? addressDigits(value) : undefined;
      return digits?.length === low.length && digits >= low && digits <= high;
    },
    access: { by: 'address', low, high },
    isAccess: true,
  };
}

/** As Java splits: empty parts at the end do not count. */
function partsOf(text: string): readonly string[] {
  return text.replace(/\/+$/, '').split('/');
}

/** Of the byte at `at`: the bits that the mask leaves open. */
function rest(bits: number, at: number): number {
  return 0xff >> Math.min(8, Math.max(0, bits - at * 8));
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => HEX[byte]).join('');
}
