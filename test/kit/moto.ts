import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { eventually } from './run.ts';
import { freePort } from './free-port.ts';

/** `moto_server` on a free port of the loopback, answering. */
export async function startMoto(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const port = await freePort();
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  try {
    await eventually(async () => ((await fetch(`${url}/moto-api/`)).ok ? true : undefined), 60_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
