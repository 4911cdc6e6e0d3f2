/**
 * CloudTrail's limits (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html):
 * texts are cut, larger fields are replaced by a marker that says how large they were.
 */
const MOST_TEXT = 1024;
const KB = 1024;
const MOST_FIELD = 100 * KB;
const MOST_ADDITIONAL = 28 * KB;
const MOST_EVENT = 256 * KB;

type Json = Record<string, unknown>;

const LIMITS: readonly (readonly [field: string, bytes: number])[] = [
  ['additionalEventData', MOST_ADDITIONAL],
  ['responseElements', MOST_FIELD],
  ['requestParameters', MOST_FIELD],
  ['serviceEventDetails', MOST_FIELD],
];

/** Which fields go, in this order, while the whole event is still too large. */
const BY_PRIORITY = [
  'additionalEventData',
  'serviceEventDetails',
  'responseElements',
  'requestParameters',
  'resources',
];

/** At most 1 KB of UTF-8, never half a character. */
export function cutText(text: string): string {
  if (text.length <= MOST_TEXT / 3 || Buffer.byteLength(text) <= MOST_TEXT) return text;
  const bytes = Buffer.from(text).subarray(0, MOST_TEXT);
  let end = bytes.length;
  while (end > 0 && ((bytes[end - 1] as number) & 0xc0) === 0x80) end--;
  const lead = bytes[end - 1] as number;
  const whole = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  return bytes.subarray(0, end - 1 + whole <= bytes.length ? bytes.length : end - 1).toString('utf8');
}

/** The record's text, with fields over their limits left out. Small records (nearly all) are written once. */
export function writeWithinLimits(record: Json): string {
  const text = JSON.stringify(record);
  if (text.length <= MOST_ADDITIONAL / 3) return text;
  let changed = false;
  for (const [field, most] of LIMITS) changed = omitIfLarger(record, field, most) || changed;
  let written = changed ? JSON.stringify(record) : text;
  for (const field of BY_PRIORITY) {
    if (Buffer.byteLength(written) <= MOST_EVENT) return written;
    if (omitIfLarger(record, field, KB)) written = JSON.stringify(record);
  }
  return written;
}

function omitIfLarger(record: Json, field: string, most: number): boolean {
  const value = record[field];
  if (value === undefined || value === null) return false;
  const size = Buffer.byteLength(JSON.stringify(value));
  if (size <= most) return false;
  if (field === 'resources') delete record[field];
  else record[field] = { omitted: true, originalSize: size, reason: `${field} is larger than ${most} bytes` };
  return true;
}
