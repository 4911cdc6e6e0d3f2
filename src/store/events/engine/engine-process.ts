import { setTimeout as sleep } from 'node:timers/promises';

import type { EngineCommand, EngineReport } from './engine-protocol.ts';
import { createEngineServer, type EngineServer } from './engine-server.ts';
import { messageOf } from '../../../base/errors.ts';

/** Entry of the engine's process. It lives exactly as long as its parent wants it: told by messages, ended when the channel breaks. */

const report = (message: EngineReport): void => void process.send?.(message);

// A terminal's Ctrl-C and a service manager's stop reach every process of the group: the parent still needs us while it drains.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

// The parent is gone, perhaps by kill -9. Its journal has everything that is not yet inserted, so nothing is worth waiting for,
// and the next engine needs the directory's lock now. No exit handlers: running queries could hold them up.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

let engine: EngineServer | undefined;

process.on('message', (command: EngineCommand) => {
  const done = command.kind === 'start' ? start(command) : stop();
  done.catch((error: unknown) => {
    report({ kind: 'failed', reason: messageOf(error) });
    process.exitCode = 1;
    process.disconnect();
  });
});

async function start({ dir, secret, port }: Extract<EngineCommand, { kind: 'start' }>): Promise<void> {
  engine = createEngineServer({ dir, secret });
  await openWhenUnlocked(engine);
  const { server } = engine;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  report({ kind: 'ready' });
}

const LOCK_PATIENCE_MS = 10_000;

/** An engine whose parent was killed ends by itself within moments, but until then holds the lock. */
async function openWhenUnlocked({ open }: EngineServer): Promise<void> {
  for (let waited = 0; ; waited += 100) {
    try {
      await open();
      return;
    } catch (error) {
      if (waited >= LOCK_PATIENCE_MS) throw error;
      await sleep(100);
    }
  }
}

async function stop(): Promise<void> {
  await engine?.close();
  report({ kind: 'stopped' });
  process.exit(0);
}
