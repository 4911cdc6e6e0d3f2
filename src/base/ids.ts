import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';

export type NewId = () => string;

/** A CloudTrail eventID: a lower-case GUID. */
export const newEventId: NewId = () => randomUUID();

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `length` characters of [A-Za-z0-9] that follow from `seed` alone: a retried delivery gets the same file name. */
export function alnumFrom(seed: string, length: number): string {
  return spell(createHash('sha512').update(seed).digest(), ALNUM, length);
}

export function randomAlnum(length: number): string {
  return spell(randomBytes(length), ALNUM, length);
}

/** `length` of [a-z0-9], as in the ids of Organizations. */
export function randomLowerAlnum(length: number): string {
  return spell(randomBytes(length), LOWER, length);
}

/** An account's number: 12 digits, the first of them not 0. */
export function randomAccountId(): string {
  return `${randomInt(1, 10)}${String(randomInt(0, 10 ** 11)).padStart(11, '0')}`;
}

/** AWS unique ids: `AKIA…`, `AIDA…`, `AROA…`: a four-letter prefix and 16 or 17 of [A-Z2-7]. */
export function uniqueId(prefix: string, length = 16): string {
  return prefix + spell(randomBytes(length), UPPER, length);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A UUID that follows from `text` alone, for foreign event ids that are not UUIDs. */
export function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

function spell(bytes: Uint8Array, alphabet: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += alphabet[(bytes[i % bytes.length] ?? 0) % alphabet.length];
  return text;
}
