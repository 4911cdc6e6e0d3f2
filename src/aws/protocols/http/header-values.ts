import type { Reading } from '../reading.ts';
import { readText, writeText } from '../scalars.ts';
import type { Shape } from '../shape.ts';

/** A header's value by its shape: lists are split at commas, JSON media types come in base64. */
export function readHeader(shape: Shape, text: string, reading: Reading): unknown {
  if (shape.kind === 'list') {
    const element = shape.element();
    return splitList(element, text).map((item) => readText(element, item, reading));
  }
  if (shape.kind === 'string' && shape.traits.mediaType !== undefined)
    return Buffer.from(text, 'base64').toString('utf8');
  return readText(shape, text, reading);
}

/** The text of a header; anything but printable ASCII is written as an RFC 2047 word, as S3 does for metadata. */
export function writeHeader(shape: Shape, value: unknown): string {
  if (Array.isArray(value)) {
    const element = shape.element();
    return value.map((item) => quoted(element, writeText(element, item, 'http-date'))).join(', ');
  }
  const text = writeText(shape, value, 'http-date');
  return shape.kind === 'string' && shape.traits.mediaType !== undefined
    ? Buffer.from(text).toString('base64')
    : safeHeader(text);
}

export function safeHeader(text: string): string {
  return /^[\t\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

/** RFC 9110 token: other names cannot be sent as a header. */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name);
}

function quoted(element: Shape, text: string): string {
  const safe = safeHeader(text);
  return element.kind === 'string' && /[",]/.test(safe) ? `"${safe.replace(/(["\\])/g, '\\$1')}"` : safe;
}

/** HTTP dates have a comma of their own. */
function splitList(element: Shape, text: string): readonly string[] {
  if (element.kind === 'timestamp') {
    return [...text.matchAll(/\s*[A-Za-z]{3}, [^,]+|[^,]+/g)]
      .map(([item]) => item.trim())
      .filter((item) => item !== '');
  }
  const items = [...text.matchAll(/\s*("(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)/g)].map(([, item = '']) =>
    item.trim(),
  );
  return items
    .filter((item) => item !== '')
    .map((item) => (item.startsWith('"') ? item.slice(1, -1).replace(/\\(.)/g, '$1') : item));
}
