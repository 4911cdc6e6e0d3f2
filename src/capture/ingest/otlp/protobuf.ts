import { MalformedOtlp } from './log-record.ts';

/**
 * Protobuf's wire format, as much of it as OTLP has: https://protobuf.dev/programming-guides/encoding/
 * Reads within the bytes it is given and throws MalformedOtlp at anything that ends early or is no field.
 */
export type Field = { readonly number: number } & (
  | { readonly kind: 'varint'; readonly value: bigint }
  | { readonly kind: 'fixed64'; readonly value: bigint; readonly bytes: Uint8Array }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'fixed32' }
);

export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) throw ended();
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedOtlp('a number has more than ten bytes');
  };
  const take = (length: number): number => {
    const from = at;
    if (length > bytes.length - at) throw ended();
    at += length;
    return from;
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    if (number === 0) throw new MalformedOtlp('a field has the number 0');
    switch (Number(key & 7n)) {
      case 0:
        yield { number, kind: 'varint', value: varint() };
        break;
      case 1: {
        const from = take(8);
        yield {
          number,
          kind: 'fixed64',
          value: view.getBigUint64(from, true),
          bytes: bytes.subarray(from, from + 8),
        };
        break;
      }
      case 2: {
        const length = varint();
        if (length > BigInt(bytes.length)) throw ended();
        const from = take(Number(length));
        yield { number, kind: 'bytes', bytes: bytes.subarray(from, at) };
        break;
      }
      case 5:
        take(4);
        yield { number, kind: 'fixed32' };
        break;
      default:
        throw new MalformedOtlp('a field is of a kind that there is not');
    }
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

export function textOf(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new MalformedOtlp('a text is not UTF-8', { cause });
  }
}

/** A message's bytes from its fields: numbers, texts, or messages. Zero and empty ones are left out, as proto3 has it. */
export function messageOf(
  fields: readonly (readonly [number: number, value: number | string | Uint8Array])[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (value === 0 || value === '') continue;
    if (typeof value === 'number') parts.push(varintOf(number * 8), varintOf(value));
    else {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      parts.push(varintOf(number * 8 + 2), varintOf(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

function varintOf(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function ended(): MalformedOtlp {
  return new MalformedOtlp('the message ends too early');
}
