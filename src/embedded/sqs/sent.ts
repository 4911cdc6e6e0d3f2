import type { MessageRow } from './settings.ts';

/** What a sender is told of his message. */
export type Sent = { readonly messageId: string; readonly sequence: string };

export function sentOf({ message_id, id }: Pick<MessageRow, 'message_id' | 'id'>): Sent {
  return { messageId: message_id, sequence: id };
}
