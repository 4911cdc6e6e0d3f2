import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { OpentrailError } from '../../src/base/errors.ts';
import type { CapturedCall, CaptureSink, IncomingCall } from '../../src/capture/captured-call.ts';

export type Started = { readonly url: string; readonly port: number; readonly stop: () => Promise<void> };

/** Listens on a free port of the loopback; `stop` breaks off what is open. */
export async function listening(server: Server, scheme = 'http'): Promise<Started> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, url: `${scheme}://127.0.0.1:${port}`, stop };
}

/** Writes the bytes and reads until the other side closes, or until `enough` matches. */
export async function talk(port: number, text: string | Buffer, enough?: RegExp): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(text);
  let received = '';
  await new Promise<void>((resolve) => {
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      if (enough?.test(received) === true) resolve();
    });
    socket.on('close', () => resolve());
  });
  socket.destroy();
  return received;
}

/** A sink that remembers; `overrides` come after, or in the place of, what it does. */
export function rememberingSink(overrides: Partial<CaptureSink> = {}) {
  const calls: CapturedCall[] = [];
  const intents: IncomingCall[] = [];
  const sink: CaptureSink = {
    accepting: () => true,
    wantsIntent: () => false,
    intent: async (call) => void intents.push(call),
    ...overrides,
    outcome: async (call) => {
      calls.push(call);
      await overrides.outcome?.(call);
    },
  };
  return { sink, calls, intents };
}

/** Polls until it holds; fails after five seconds. */
export async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5000; !what(); await sleep(5)) {
    if (Date.now() > deadline) throw new OpentrailError('BUG', `waited in vain: ${what.toString()}`);
  }
}
