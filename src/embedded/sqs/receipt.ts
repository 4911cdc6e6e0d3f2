import { timingSafeEqual } from 'node:crypto';

import { invalidReceipt } from './sqs-errors.ts';

/** HMAC under a key of ours. */
export type Mac = (purpose: string, text: string) => Uint8Array;

/** Which message of which queue, and which receive of it. */
export type Receipt = { readonly queueId: string; readonly id: string; readonly receipt: string };

const PURPOSE = 'sqs-receipt';

/** A handle that nobody else can make: what it says, and a MAC over it. */
export function writeReceipt(mac: Mac, { queueId, id, receipt }: Receipt): string {
  const text = `${queueId} ${id} ${receipt}`;
  return Buffer.from(`${text} ${sign(mac, text)}`).toString('base64');
}

/** Throws ReceiptHandleIsInvalid for what was not issued here, or for another queue. */
export function readReceipt(mac: Mac, handle: unknown, queueId: string): Receipt {
  if (typeof handle !== 'string' || handle.length > 1024) throw invalidReceipt(String(handle));
  const text = Buffer.from(handle, 'base64').toString('latin1');
  const found = /^([\w-]{36}) (\d{20}) ([\w-]{1,40}) ([\w-]{22})$/.exec(text);
  if (found === null || found[1] !== queueId) throw invalidReceipt(handle);
  const [, , id, receipt, signature] = found as unknown as string[];
  const expected = Buffer.from(sign(mac, text.slice(0, -23)));
  if (!timingSafeEqual(expected, Buffer.from(signature as string))) throw invalidReceipt(handle);
  return { queueId, id: id as string, receipt: receipt as string };
}

function sign(mac: Mac, text: string): string {
  return Buffer.from(mac(PURPOSE, text)).toString('base64url').slice(0, 22);
}
