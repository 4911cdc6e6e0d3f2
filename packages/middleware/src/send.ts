import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

import type { Entry } from './event-data.ts';
import { signedHeaders, type Credentials } from './sign.ts';

export type SendOptions = {
  readonly endpoint: string;
  readonly region: string;
  readonly channelArn: string;
  readonly externalId: string | undefined;
  readonly credentials: () => Credentials | Promise<Credentials>;
  readonly timeout: number;
};

/** done: of these events some may have been rejected for good, and some are to be sent again. failed: nothing is known; all of it again. */
export type Sent =
  | {
      readonly kind: 'done';
      readonly rejected: readonly { readonly id: string; readonly why: string }[];
      readonly again: ReadonlySet<string>;
    }
  | { readonly kind: 'failed'; readonly problem: 'unreachable' | 'refused'; readonly why: string };

export type Send = (entries: readonly Entry[]) => Promise<Sent>;

/** Failures that pass; all others of PutAuditEvents are the event's own. */
const PASSING: ReadonlySet<string> = new Set(['InternalFailure', 'Throttling', 'AccountNotSubscribed']);
const LONGEST_ANSWER = 1024 * 1024;

/** Sends at most 100 events in one PutAuditEvents. Never rejects. */
export function createSend(options: SendOptions): Send {
  return async (entries) => {
    try {
      const answer = await post(options, JSON.stringify({ auditEvents: entries }));
      if (answer.status === 200) return resultOf(answer.text);
      const why = `${answer.status} ${answer.text.slice(0, 300)}`;
      return { kind: 'failed', problem: answer.status >= 500 ? 'unreachable' : 'refused', why };
    } catch (error) {
      const why = error instanceof Error ? error.message || error.name : String(error);
      return { kind: 'failed', problem: 'unreachable', why };
    }
  };
}

function resultOf(text: string): Sent {
  const { failed = [] } = JSON.parse(text) as {
    failed?: { id: string; errorCode: string; errorMessage: string }[];
  };
  const passing = failed.filter(({ errorCode }) => PASSING.has(errorCode));
  const rejected = failed.filter(({ errorCode }) => !PASSING.has(errorCode));
  return {
    kind: 'done',
    rejected: rejected.map(({ id, errorCode, errorMessage }) => ({
      id,
      why: `${errorCode}: ${errorMessage}`,
    })),
    again: new Set(passing.map(({ id }) => id)),
  };
}

async function post(options: SendOptions, body: string): Promise<{ status: number; text: string }> {
  const url = new URL('/PutAuditEvents', options.endpoint);
  url.searchParams.set('channelArn', options.channelArn);
  if (options.externalId !== undefined) url.searchParams.set('externalId', options.externalId);
  const credentials = await options.credentials();
  const headers = signedHeaders({ url, body, region: options.region, credentials, now: new Date() });
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const signal = AbortSignal.timeout(options.timeout);
    const sent = send(
      url,
      { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, signal },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          if (text.length < LONGEST_ANSWER) text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on('error', reject);
      },
    );
    // The service may end while a request is under way.
    sent.on('socket', (socket) => socket.unref());
    sent.on('error', reject);
    sent.end(body);
  });
}
