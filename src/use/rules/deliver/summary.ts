import type { BusEvent } from '../event.ts';

/** What happened, in a line for people. Texts of others are cut and have no line breaks. */
export function summaryOf(body: string): string {
  const event = JSON.parse(body) as BusEvent;
  const { detail, account, region } = event;
  const name = textAt(detail, 'eventName');
  if (name === '') return plain(`${event['detail-type']} from ${event.source} (${account}, ${region})`);
  const identity = objectAt(detail, 'userIdentity');
  const who =
    textAt(identity, 'arn') || textAt(identity, 'userName') || textAt(identity, 'invokedBy') || 'somebody';
  const from = textAt(detail, 'sourceIPAddress');
  const error = textAt(detail, 'errorCode');
  return plain(
    `${name} by ${who}${from === '' ? '' : ` from ${from}`} (${account}, ${region})${error === '' ? '' : `: ${error}`}`,
  );
}

function plain(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 500);
}

function textAt(object: Readonly<Record<string, unknown>>, member: string): string {
  const value = object[member];
  return typeof value === 'string' ? value : '';
}

function objectAt(
  object: Readonly<Record<string, unknown>>,
  member: string,
): Readonly<Record<string, unknown>> {
  const value = object[member];
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** What a target that wants text gets: what its input says, or the summary where that is the event itself. */
export function messageFor(job: { readonly body: string }, input: string): string {
  if (input === job.body) return summaryOf(input);
  try {
    const value: unknown = JSON.parse(input);
    return typeof value === 'string' ? value : input;
  } catch {
    return input;
  }
}
