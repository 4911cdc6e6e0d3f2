import { MAX_DEPTH } from '../reading.ts';

const PROTO = '__proto__';
const BREAK = 0xff;
const LARGEST_BIGNUM = 64;

/**
 * What is wrong with a CBOR body, before it is decoded; undefined when nothing is. The decoder trusts declared lengths
 * (a list of 2^32 elements in five bytes would take all memory), recurses without limit, and lets keys reach prototypes.
 */
export function flawOf(body: Uint8Array): string | undefined {
  const end = checkItem({ body, view: new DataView(body.buffer, body.byteOffset, body.byteLength) }, 0, 0);
  if (typeof end === 'string') return end;
  return end === body.length ? undefined : 'bytes after its end';
}

type Bytes = { readonly body: Uint8Array; readonly view: DataView };
type Head = { readonly major: number; readonly count: number | undefined; readonly at: number };

/** Where the item that starts at `at` ends, or what is wrong with it. */
function checkItem(bytes: Bytes, at: number, depth: number): number | string {
  if (depth > MAX_DEPTH) return 'nested too deeply';
  const head = readHead(bytes, at);
  if (typeof head === 'string') return head;
  switch (head.major) {
    case 0:
    case 1:
    case 7:
      return head.count === undefined ? 'a break outside of a list' : head.at;
    case 2:
    case 3:
      return head.count === undefined
        ? checkUntilBreak(bytes, head.at, 1, depth)
        : checkLength(bytes, head.at, head.count);
    case 4:
      return checkItems(bytes, head, 1, depth);
    case 5:
      return checkItems(bytes, head, 2, depth);
    default:
      return checkTag(bytes, head, depth);
  }
}

function checkTag(bytes: Bytes, { count, at }: Head, depth: number): number | string {
  if (count === undefined || count === 4 || count === 5) return 'a tag that is not taken';
  const end = checkItem(bytes, at, depth + 1);
  const bignum = count === 2 || count === 3;
  return bignum && typeof end === 'number' && end - at > LARGEST_BIGNUM ? 'a number that is too large' : end;
}

function checkItems(bytes: Bytes, { count, at }: Head, width: number, depth: number): number | string {
  if (count === undefined) return checkUntilBreak(bytes, at, width, depth);
  if (count * width > bytes.body.length - at) return 'cut short';
  let next: number | string = at;
  for (let i = 0; i < count && typeof next === 'number'; i++) next = checkEntry(bytes, next, width, depth);
  return next;
}

function checkUntilBreak(bytes: Bytes, at: number, width: number, depth: number): number | string {
  let next: number | string = at;
  while (typeof next === 'number') {
    if (bytes.body[next] === BREAK) return next + 1;
    next = checkEntry(bytes, next, width, depth);
  }
  return next;
}

/** An element, or a key (text only) and its value. */
function checkEntry(bytes: Bytes, at: number, width: number, depth: number): number | string {
  if (width === 1) return checkItem(bytes, at, depth + 1);
  const head = readHead(bytes, at);
  if (typeof head === 'string') return head;
  if (head.major !== 3 || head.count === undefined) return 'a key that is not text';
  const end = checkLength(bytes, head.at, head.count);
  if (typeof end === 'string') return end;
  if (
    head.count === PROTO.length &&
    Buffer.from(bytes.body.subarray(head.at, end)).toString('latin1') === PROTO
  )
    return 'a forbidden key';
  return checkItem(bytes, end, depth + 1);
}

function checkLength({ body }: Bytes, at: number, count: number): number | string {
  return count > body.length - at ? 'cut short' : at + count;
}

function readHead({ body, view }: Bytes, at: number): Head | string {
  const first = body[at];
  if (first === undefined) return 'cut short';
  const major = first >> 5;
  const minor = first & 31;
  if (minor < 24) return { major, count: minor, at: at + 1 };
  if (minor === 31) return { major, count: undefined, at: at + 1 };
  const width = [1, 2, 4, 8][minor - 24];
  if (width === undefined || at + 1 + width > body.length)
    return width === undefined ? 'an unknown length' : 'cut short';
  const count =
    [view.getUint8, view.getUint16, view.getUint32][minor - 24]?.call(view, at + 1) ??
    Number(view.getBigUint64(at + 1));
  return { major, count, at: at + 1 + width };
}
