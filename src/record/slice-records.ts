import { isUtf8 } from 'node:buffer';

import type { SlicedRecord } from './contract.ts';

/** Deeper nesting is no CloudTrail record but an attack on whoever parses it. */
const MOST_DEPTH = 100;
/** CloudTrail's own limit is 256 KB an event, 1 MB in event data stores. */
const MOST_BYTES = 1024 * 1024;

/** Each retry may read to the end again: a file of nothing but broken lines must not cost the square of its length. */
const MOST_RETRIES = 20;
const CUT_OFF = 'ends in the middle of a record';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * Cuts CloudTrail log files (`{"Records":[…]}`, one or several after another) and bare records (one after another, NDJSON, or a JSON array) into
 * records, each with the very bytes it had. A bad record is named and skipped; the rest is still read.
 */
export function* parseRecords(body: Uint8Array): Generator<SlicedRecord> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const validText = isUtf8(bytes);
  let at = skipByteOrderMark(bytes);
  let retries = MOST_RETRIES;
  for (;;) {
    at = skipSeparators(bytes, at);
    if (at >= bytes.length) return;
    const elements =
      bytes[at] === OPEN_BRACKET
        ? at + 1
        : bytes[at] === OPEN_BRACE
          ? elementsOfLogFile(bytes, at)
          : undefined;
    if (elements !== undefined) {
      at = yield* sliceElements(bytes, elements, validText);
      continue;
    }
    const end = endOfValue(bytes, at);
    yield readSlice(bytes, at, end, validText);
    at = end.problem === CUT_OFF && retries-- > 0 ? nextLine(bytes, at) : end.next;
  }
}

/** Where a record that never ends may have swallowed the lines behind it, reading goes on at the next line that begins with an object. */
function nextLine(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(NEWLINE, from);
  while (at >= 0 && bytes[at + 1] !== OPEN_BRACE) at = bytes.indexOf(NEWLINE, at + 1);
  return at < 0 ? bytes.length : at + 1;
}

/** Reads the elements of an array up to and with its `]` and, for a log file, the object's `}`; answers where to go on. */
function* sliceElements(bytes: Buffer, start: number, validText: boolean): Generator<SlicedRecord, number> {
  const wrapped = start > 1 && bytes[start - 1] === OPEN_BRACKET && isInsideLogFile(bytes, start);
  let at = start;
  for (;;) {
    at = skipSeparators(bytes, at);
    if (at >= bytes.length) {
      yield { problem: 'the list of records ends before its closing bracket', offset: bytes.length };
      return at;
    }
    if (bytes[at] === CLOSE_BRACKET) return wrapped ? yield* endLogFile(bytes, at + 1) : at + 1;
    const end = endOfValue(bytes, at);
    yield readSlice(bytes, at, end, validText);
    at = end.next;
  }
}

function isInsideLogFile(bytes: Buffer, start: number): boolean {
  let at = start - 2;
  while (at >= 0 && isSpace(bytes[at])) at--;
  return bytes[at] === COLON;
}

/** Behind `]`: whatever other members the file has, up to its `}`. */
function* endLogFile(bytes: Buffer, from: number): Generator<SlicedRecord, number> {
  let at = skipSeparators(bytes, from);
  while (at < bytes.length && bytes[at] !== CLOSE_BRACE) {
    if (bytes[at] !== QUOTE) {
      yield { problem: 'unexpected text behind the list of records', offset: at };
      return endOfValue(bytes, at).next;
    }
    at = endOfString(bytes, at);
    while (at < bytes.length && (isSpace(bytes[at]) || bytes[at] === COLON)) at++;
    at = skipSeparators(bytes, endOfValue(bytes, at).next);
  }
  if (at >= bytes.length)
    yield { problem: 'the log file ends before its closing brace', offset: bytes.length };
  return at + 1;
}

/** Where the elements begin if the object at `start` is a log file: its first member is `"Records": [`. */
function elementsOfLogFile(bytes: Buffer, start: number): number | undefined {
  let at = skipSpaces(bytes, start + 1);
  if (bytes.toString('latin1', at, at + 9) !== '"Records"') return undefined;
  at = skipSpaces(bytes, at + 9);
  if (bytes[at] !== COLON) return undefined;
  at = skipSpaces(bytes, at + 1);
  return bytes[at] === OPEN_BRACKET ? at + 1 : undefined;
}

type End = { readonly next: number; readonly problem?: string };

function readSlice(bytes: Buffer, start: number, end: End, validText: boolean): SlicedRecord {
  if (end.problem !== undefined) return { problem: end.problem, offset: start };
  const raw = bytes.subarray(start, end.next);
  if (bytes[start] !== OPEN_BRACE) return { problem: 'not a JSON object', offset: start };
  if (raw.length > MOST_BYTES)
    return { problem: `a record of ${raw.length} bytes: more than ${MOST_BYTES}`, offset: start };
  if (!validText && !isUtf8(raw)) return { problem: 'not valid UTF-8', offset: start };
  try {
    return { raw, record: JSON.parse(raw.toString('utf8')) as Record<string, unknown> };
  } catch {
    return { problem: 'not valid JSON', offset: start };
  }
}

/** Finds the end of the value at `start` by counting brackets outside of strings. */
function endOfValue(bytes: Buffer, start: number): End {
  const first = bytes[start];
  if (first === QUOTE) return { next: endOfString(bytes, start) };
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return { next: endOfScalar(bytes, start) };
  let depth = 0;
  let deepest = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      continue;
    }
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0)
        return deepest > MOST_DEPTH
          ? { next: at, problem: `nested deeper than ${MOST_DEPTH}` }
          : { next: at };
    }
  }
  return { next: bytes.length, problem: CUT_OFF };
}

/** Behind the closing quote. A plain loop: the strings of records are short, so a call of `indexOf` for each costs more than it saves. */
function endOfString(bytes: Buffer, start: number): number {
  const length = bytes.length;
  let at = start + 1;
  while (at < length) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return length;
}

function endOfScalar(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && !isSpace(bytes[at]) && !isStructural(bytes[at])) at++;
  return at;
}

function isStructural(byte: number | undefined): boolean {
  return (
    byte === COMMA ||
    byte === OPEN_BRACE ||
    byte === CLOSE_BRACE ||
    byte === OPEN_BRACKET ||
    byte === CLOSE_BRACKET ||
    byte === QUOTE
  );
}

function skipByteOrderMark(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function skipSpaces(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at])) at++;
  return at;
}

function skipSeparators(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && (isSpace(bytes[at]) || bytes[at] === COMMA)) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
