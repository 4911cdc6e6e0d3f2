import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

import type { IncomingCall } from '../capture/captured-call.ts';

/** How the connection is encrypted, as records show it; undefined for plain HTTP. */
export function tlsOf({ socket }: IncomingMessage): IncomingCall['tls'] {
  const { encrypted } = socket as Partial<TLSSocket>;
  if (encrypted !== true) return undefined;
  const tls = socket as TLSSocket;
  return { version: tls.getProtocol() ?? '', cipher: tls.getCipher()?.name ?? '' };
}
