import type { EventColumns, Origin } from '../../record/event-record.ts';

/**
 * Rows as TabSeparated, written into one buffer: records are copied byte for byte with the four bytes escaped that would end a field.
 * Not RowBinary: chDB ends inlined data at the first empty line, and binary data may hold one anywhere.
 */

export const INSERT_COLUMNS: readonly string[] =
  'account region t id category origin journal seq source name error read_only username access_key user_arn source_ip res raw'.split(
    ' ',
  );

export type Row = {
  readonly columns: EventColumns;
  readonly raw: Uint8Array;
  readonly origin: Origin;
  readonly seq: number;
};

/** Turns rows into the body of an insert. The body stands until the next call: memory of this size is dear to get and to collect. */
export type RowEncoder = (rows: readonly Row[]) => Buffer;

const LEAST_BYTES = 1024 * 1024;
const KEPT_BYTES = 32 * LEAST_BYTES;

export function createRowEncoder(journal: string): RowEncoder {
  const journalField = `\t${escape(journal)}\t`;
  let scratch = Buffer.allocUnsafeSlow(LEAST_BYTES);
  return (rows) => {
    if (scratch.byteLength > KEPT_BYTES) scratch = Buffer.allocUnsafeSlow(LEAST_BYTES);
    let at = 0;
    for (const row of rows) {
      const head = headOf(row, journalField);
      const most = at + head.length * 3 + row.raw.byteLength * 2 + 1;
      if (most > scratch.byteLength) scratch = grown(scratch, at, most);
      at += scratch.write(head, at);
      at = copyEscaped(scratch, at, row.raw);
      scratch[at++] = NEWLINE;
    }
    return scratch.subarray(0, at);
  };
}

function grown(scratch: Buffer, used: number, least: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(least, scratch.byteLength * 2));
  larger.set(scratch.subarray(0, used));
  return larger;
}

const BACKSLASH = 0x5c;
const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

function headOf({ columns: c, origin, seq }: Row, journalField: string): string {
  const time = String(Math.min(Math.max(Math.trunc(c.time), 0), LAST_TIME)).padStart(10, '0');
  const strings = `${escape(c.source)}\t${escape(c.name)}\t${escape(c.error)}\t${c.readOnly ? '1' : '0'}\t${escape(c.username)}\t${escape(c.accessKey)}`;
  return `${escape(c.account)}\t${escape(c.region)}\t${time}\t${c.id}\t${escape(c.category)}\t${origin}${journalField}${seq}\t${strings}\t${escape(c.userArn)}\t${escape(c.sourceIp)}\t${resourceTokens(c)}\t`;
}

/** 2100-01-01: later ones would overflow with the retention added. */
const LAST_TIME = 4_102_444_800;

function resourceTokens({ resources }: EventColumns): string {
  if (resources.length === 0) return '[]';
  let list = '';
  for (const { type, name } of resources) {
    if (type !== '') list += `,'t=${escapeQuoted(type)}'`;
    if (name !== '') list += `,'r=${escapeQuoted(name)}'`;
  }
  return `[${list.slice(1)}]`;
}

const SPECIAL = /[\\\t\n\r]/;
const SPECIALS = /[\\\t\n\r]/g;
const QUOTED_SPECIAL = /[\\\t\n\r']/;
const QUOTED_SPECIALS = /[\\\t\n\r']/g;
const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  "'": "\\'",
};

/** A field of TabSeparated. */
export function escape(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, (char) => ESCAPED[char] ?? char) : text;
}

function escapeQuoted(text: string): string {
  return QUOTED_SPECIAL.test(text) ? text.replace(QUOTED_SPECIALS, (char) => ESCAPED[char] ?? char) : text;
}

function copyEscaped(target: Buffer, from: number, raw: Uint8Array): number {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (
    bytes.indexOf(BACKSLASH) < 0 &&
    bytes.indexOf(NEWLINE) < 0 &&
    bytes.indexOf(TAB) < 0 &&
    bytes.indexOf(RETURN) < 0
  ) {
    target.set(bytes, from);
    return from + bytes.byteLength;
  }
  let at = from;
  for (let i = 0; i < bytes.byteLength; i++) {
    const byte = bytes[i] as number;
    const code =
      byte === BACKSLASH
        ? BACKSLASH
        : byte === NEWLINE
          ? LETTER_N
          : byte === TAB
            ? LETTER_T
            : byte === RETURN
              ? LETTER_R
              : 0;
    if (code === 0) {
      target[at++] = byte;
    } else {
      target[at++] = BACKSLASH;
      target[at++] = code;
    }
  }
  return at;
}

const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const LETTER_R = 0x72;
