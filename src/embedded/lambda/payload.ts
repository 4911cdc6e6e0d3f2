import { messageOf } from '../../base/errors.ts';
import { invalidContent, MOST_EVENT, requestTooLarge } from './lambda-errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The event as JSON text; nothing is an empty event. Throws RequestTooLargeException, InvalidRequestContentException. */
export function checkPayload(bytes: Uint8Array, most: number): string {
  if (bytes.length > most) throw requestTooLarge(bytes.length, most);
  if (bytes.length === 0) return '{}';
  try {
    const text = utf8.decode(bytes);
    JSON.parse(text);
    return text;
  } catch (error) {
    // V8 quotes the text in its message; events may hold secrets.
    throw invalidContent(
      messageOf(error)
        .replace(/,? ?"[^]*/, '')
        .slice(0, 100),
    );
  }
}

export function checkEvent(bytes: Uint8Array): string {
  return checkPayload(bytes, MOST_EVENT);
}
