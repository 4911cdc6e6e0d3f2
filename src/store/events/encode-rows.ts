import type { EventColumns, Origin } from '../../record/event-record.ts';

/**
 * Rows as TabSeparated, written into one buffer: records are copied byte for byte with the four bytes escaped that would end a field.
 * Not RowBinary: chDB ends inlined data at the first empty line, and binary data may hold one anywhere.
 */

export const INSERT_COLUMNS: readonly string[] =
  'account region t id category origin journal seq source name error read_only username access_key user_arn source_ip res raw'.split(' ');

export type Row = { readonly columns: EventColumns; readonly raw: Uint8Array; readonly origin: Origin; readonly seq: number };

export function encodeRows(rows: readonly Row[], journal: string): Buffer {
  const tail = `\t${escape(journal)}\t`;
  const heads = rows.map((row) => headOf(row, tail));
  let most = 0;
  for (let i = 0; i < rows.length; i++) most += (heads[i]?.length ?? 0) * 3 + (rows[i]?.raw.byteLength ?? 0) * 2 + 1;
  // Allocated for the worst case (all escaped, all multi-byte): pages that are not written to cost no memory.
  const buffer = Buffer.allocUnsafeSlow(most);
  let at = 0;
  for (let i = 0; i < rows.length; i++) {
    at += buffer.write(heads[i] ?? '', at);
    at = copyEscaped(buffer, at, rows[i]?.raw ?? EMPTY);
    buffer[at++] = NEWLINE;
  }
  return buffer.subarray(0, at);
}

const EMPTY = new Uint8Array();
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
  const tokens = new Set<string>();
  for (const { type, name } of resources) {
    if (type !== '') tokens.add(`'t=${escapeQuoted(type)}'`);
    if (name !== '') tokens.add(`'r=${escapeQuoted(name)}'`);
  }
  return `[${[...tokens].join(',')}]`;
}

const SPECIAL = /[\\\t\n\r]/;
const SPECIALS = /[\\\t\n\r]/g;
const QUOTED_SPECIALS = /[\\\t\n\r']/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', "'": "\\'" };

function escape(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, (char) => ESCAPED[char] ?? char) : text;
}

function escapeQuoted(text: string): string {
  return text.replace(QUOTED_SPECIALS, (char) => ESCAPED[char] ?? char);
}

function copyEscaped(target: Buffer, from: number, raw: Uint8Array): number {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (bytes.indexOf(BACKSLASH) < 0 && bytes.indexOf(NEWLINE) < 0 && bytes.indexOf(TAB) < 0 && bytes.indexOf(RETURN) < 0) {
    target.set(bytes, from);
    return from + bytes.byteLength;
  }
  let at = from;
  for (const byte of bytes) {
    const code = byte === BACKSLASH ? BACKSLASH : byte === NEWLINE ? LETTER_N : byte === TAB ? LETTER_T : byte === RETURN ? LETTER_R : 0;
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
