import { isUtf8 } from 'node:buffer';

import { isUuid, uuidFrom } from '../../base/ids.ts';
import { escape } from '../events/encode-rows.ts';
import {
  EVENT_ID_MARK,
  IDENTITY_LEAVES,
  REQUEST_ID_MARK,
  SCALAR_MEMBERS,
  TEXT_MEMBERS,
  TLS_LEAVES,
  WHOLE_MARK,
  type Leaf,
} from './lake-columns.ts';
import { scanMembers, type Span } from './scan-members.ts';

type Json = Readonly<Record<string, unknown>>;
type Members = ReadonlyMap<string, Span>;

const NULL = '\\N';
const WHOLE = String.fromCharCode(WHOLE_MARK);

/** Rows of a store's table as TabSeparated, in the order of `INSERT_COLUMNS`. */
export function encodeRecords(records: readonly Uint8Array[]): Buffer {
  return Buffer.concat(records.map(encodeRecord));
}

/** In JSON only within escapes; here marks of what was cut out. */

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

function encodeRecord(raw: Uint8Array): Buffer {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (!isUtf8(bytes)) return encodeForeign(bytes);
  const text = bytes.toString('utf8');
  const members = scanMembers(text) ?? new Map<string, Span>();
  return Buffer.from(`${rowOf(text, members, !CONTROL.test(text))}\n`);
}

/** What is no UTF-8 stays as it is; its columns are read as well as they can be. */
function encodeForeign(bytes: Buffer): Buffer {
  const text = bytes.toString('utf8');
  const row = rowOf(text, scanMembers(text) ?? new Map<string, Span>(), false);
  const columns = row.slice(0, row.lastIndexOf('\t') + 1);
  return Buffer.concat([
    Buffer.from(columns),
    Buffer.from(`${WHOLE}${escape(bytes.toString('latin1'))}\n`, 'latin1'),
  ]);
}

/** Fields with tabs between. Without `mayCut` the whole record is in the last. */
function rowOf(text: string, members: Members, mayCut: boolean): string {
  const cuts: Cut[] = [];
  const { id, odd } = idOf(text, members);
  const ids = members.get('eventID');
  if (mayCut && ids !== undefined && odd === '') cuts.push({ ...inside(ids), mark: EVENT_ID_MARK });
  const request = requestId(text, members.get('requestID'));
  if (mayCut && request.span !== undefined) cuts.push({ ...request.span, mark: REQUEST_ID_MARK });
  let row = `${timeField(textOf(text, members.get('eventTime')))}\t${id}\t${escape(odd)}\t${
    // Where it was not cut out, putting together leaves it where it is.
    request.value === undefined ? NULL : escape(request.value)
  }\t`;
  for (const [member] of SCALAR_MEMBERS) row += `${field(textOf(text, members.get(member)))}\t`;
  row += `${flagField(textOf(text, members.get('readOnly')))}\t${flagField(textOf(text, members.get('managementEvent')))}\t`;
  row += leafFields(objectAt(text, members.get('userIdentity')), IDENTITY_LEAVES);
  row += leafFields(objectAt(text, members.get('tlsDetails')), TLS_LEAVES);
  row += `${resourcesField(text, members.get('resources'))}\t`;
  for (const [member, , mark] of TEXT_MEMBERS) {
    const span = members.get(member);
    if (mayCut && span !== undefined && text.charCodeAt(span.from) === 0x7b) {
      cuts.push({ ...span, mark });
      row += escape(text.slice(span.from, span.to));
    }
    row += '\t';
  }
  return row + (mayCut ? escape(cutOut(text, cuts)) : WHOLE + escape(text));
}

type Cut = Span & { readonly mark: number };

function cutOut(text: string, cuts: Cut[]): string {
  let rest = '';
  let at = 0;
  for (const { from, to, mark } of cuts.sort((a, b) => a.from - b.from)) {
    rest += text.slice(at, from) + String.fromCharCode(mark);
    at = to;
  }
  return rest + text.slice(at);
}

/** Of a string's span, what is between the quotes. */
const inside = ({ from, to }: Span): Span => ({ from: from + 1, to: to - 1 });

/** As `EventColumns.id` has it; `odd`: the record's own text where that is another. */
function idOf(text: string, members: Members): { readonly id: string; readonly odd: string } {
  const told = textOf(text, members.get('eventID')) ?? '';
  if (isUuid(told)) return { id: told, odd: '' };
  const lower = told.toLowerCase();
  if (isUuid(lower)) return { id: lower, odd: told };
  if (told !== '') return { id: uuidFrom(told), odd: told };
  const other =
    textOf(text, members.get('eventId')) ||
    (objectAt(text, members.get('eventData'))?.['UID'] as string | undefined) ||
    JSON.stringify(parsed(text) ?? text);
  return { id: isUuid(other) ? other : uuidFrom(other), odd: '' };
}

function requestId(
  text: string,
  span: Span | undefined,
): { readonly value: string | undefined; readonly span?: Span } {
  const value = textOf(text, span);
  if (span === undefined || value === undefined || value === '') return { value };
  const own = inside(span);
  return text.charCodeAt(span.from) === 0x22 && own.to - own.from === value.length && !value.includes('\\')
    ? { value, span: own }
    : { value };
}

/** A string without its escapes, any other value as JSON has it; undefined for null and what is not there. */
function textOf(text: string, span: Span | undefined): string | undefined {
  if (span === undefined) return undefined;
  if (text.charCodeAt(span.from) === 0x22) {
    const inner = text.slice(span.from + 1, span.to - 1);
    return inner.includes('\\') ? unescaped(`"${inner}"`) : inner;
  }
  const value = text.slice(span.from, span.to);
  return value === 'null' ? undefined : value;
}

function unescaped(json: string): string {
  const value = parsed(json);
  return typeof value === 'string' ? value : json;
}

function objectAt(text: string, span: Span | undefined): Json | undefined {
  if (span === undefined || text.charCodeAt(span.from) !== 0x7b) return undefined;
  const value = parsed(text.slice(span.from, span.to));
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const field = (value: string | undefined): string => (value === undefined ? NULL : escape(value));

function flagField(value: string | undefined): string {
  return value === 'true' || value === 'false' ? value : NULL;
}

function leafFields(record: Json | undefined, leaves: readonly Leaf[]): string {
  let fields = '';
  for (const { path, kind } of leaves) {
    let at: unknown = record;
    for (const part of path) at = typeof at === 'object' && at !== null ? (at as Json)[part] : undefined;
    if (kind === 'M')
      fields += `${typeof at === 'object' && at !== null ? escape(JSON.stringify(at)) : ''}\t`;
    else if (at === undefined || at === null) fields += `${NULL}\t`;
    else {
      const value = typeof at === 'string' ? at : JSON.stringify(at);
      fields += `${kind === 'T' ? optionalTime(value) : escape(value)}\t`;
    }
  }
  return fields;
}

const QUOTED = /[\\\t\n\r']/g;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  "'": "\\'",
};

function resourcesField(text: string, span: Span | undefined): string {
  if (span === undefined || text.charCodeAt(span.from) !== 0x5b || span.to - span.from < 4) return '[]';
  const list = parsed(text.slice(span.from, span.to));
  if (!Array.isArray(list)) return '[]';
  const rows = (list as unknown[]).flatMap((one) => {
    if (typeof one !== 'object' || one === null) return [];
    const { accountId, type, ARN, ARNPrefix } = one as Json;
    return [`(${[accountId, type, ARN, ARNPrefix].map(quoted).join(',')})`];
  });
  return `[${rows.join(',')}]`;
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${value.replace(QUOTED, (char) => ESCAPES[char] ?? char)}'` : 'NULL';
}

const PLAIN_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
/** 2090-01-01: later ones would overflow with the retention added. */
const LAST_TIME = 3_786_912_000_000;

/** 1970 where it is no time. */
function timeField(value: string | undefined): string {
  return stamp(value === undefined ? 0 : timeOf(value));
}

function optionalTime(value: string): string {
  const time = timeOf(value);
  return time > 0 ? stamp(time) : NULL;
}

function timeOf(value: string): number {
  const number = /^\d{1,12}(\.\d+)?$/.test(value) ? Number(value) * 1000 : Number.NaN;
  const ms = PLAIN_TIME.test(value) || Number.isNaN(number) ? Date.parse(value) : number;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, LAST_TIME) : 0;
}

const stamp = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 23);
