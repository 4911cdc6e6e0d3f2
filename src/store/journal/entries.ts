import type { Origin } from '../../record/event-record.ts';
import type { JournalEntry, JournalInput, JournalKind } from '../contract.ts';

/**
 * One entry inside a frame, little endian:
 * u32 bytes that follow · u8 kind · u8 origin · u16 id bytes (0: a UUID in 16 bytes) · id · raw.
 */

export const ENTRY_OVERHEAD = 8;
const UUID_BYTES = 16;

const KINDS: readonly JournalKind[] = ['record', 'intent', 'dropped'];
const ORIGINS: readonly Origin[] = ['captured', 'ingested', 'imported', 'demo', 'replayed'];

/** The most bytes that the entry can take in a frame. */
export function entryBound(input: JournalInput): number {
  return ENTRY_OVERHEAD + Math.max(UUID_BYTES, input.id.length * 3) + input.raw.length;
}

/** Writes the entry at `at`; returns where it ends. */
export function writeEntry(into: Buffer, at: number, input: JournalInput): number {
  let end = at + ENTRY_OVERHEAD;
  let idBytes = 0;
  if (writeUuid(into, end, input.id)) end += UUID_BYTES;
  else {
    idBytes = into.write(input.id, end, 'utf8');
    end += idBytes;
  }
  into.set(input.raw, end);
  end += input.raw.length;
  into.writeUInt32LE(end - at - 4, at);
  into[at + 4] = KINDS.indexOf(input.kind);
  into[at + 5] = ORIGINS.indexOf(input.origin);
  into.writeUInt16LE(idBytes, at + 6);
  return end;
}

export type EntryHead = {
  readonly kind: JournalKind;
  readonly origin: Origin;
  readonly id: string;
  readonly rawAt: number;
  readonly end: number;
};

/** The entry at `at`, or undefined when the bytes are no entry. */
export function readEntry(from: Buffer, at: number): EntryHead | undefined {
  if (at + ENTRY_OVERHEAD > from.length) return undefined;
  const end = at + 4 + from.readUInt32LE(at);
  const idBytes = from.readUInt16LE(at + 6);
  const idAt = at + ENTRY_OVERHEAD;
  const rawAt = idAt + (idBytes === 0 ? UUID_BYTES : idBytes);
  const kind = KINDS[from[at + 4] ?? 255];
  const origin = ORIGINS[from[at + 5] ?? 255];
  if (kind === undefined || origin === undefined || rawAt > end || end > from.length) return undefined;
  const id = idBytes === 0 ? readUuid(from, idAt) : from.toString('utf8', idAt, rawAt);
  return { kind, origin, id, rawAt, end };
}

/** All entries of a frame's payload; undefined when it does not hold exactly `count`. The raw bytes are views into `payload`. */
export function readEntries(payload: Buffer, firstSeq: number, count: number): JournalEntry[] | undefined {
  const entries: JournalEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const head = readEntry(payload, at);
    if (head === undefined) return undefined;
    const raw = payload.subarray(head.rawAt, head.end);
    entries.push({ seq: firstSeq + i, kind: head.kind, origin: head.origin, id: head.id, raw });
    at = head.end;
  }
  return at === payload.length ? entries : undefined;
}

/** False, with nothing of worth written, when `id` is not a lower-case UUID. */
function writeUuid(into: Buffer, at: number, id: string): boolean {
  if (id.length !== 36) return false;
  let to = at;
  for (let i = 0; i < 36;) {
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (id.charCodeAt(i) !== 45) return false;
      i += 1;
      continue;
    }
    const high = nibble(id.charCodeAt(i));
    const low = nibble(id.charCodeAt(i + 1));
    if (high < 0 || low < 0) return false;
    into[to++] = (high << 4) | low;
    i += 2;
  }
  return true;
}

function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

function readUuid(from: Buffer, at: number): string {
  const hex = from.toString('hex', at, at + UUID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
