import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { libchdbPath } from 'chdb/libchdb';
import { freePort } from './free-port.ts';

export type ClickHouseServer = {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
};

/** A real ClickHouse server over HTTP in a folder of its own. */
export async function startClickHouseServer(extra: readonly string[] = []): Promise<ClickHouseServer> {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-clickhouse-'));
  const port = await freePort();
  const script = fileURLToPath(new URL('./clickhouse-server.py', import.meta.url));
  const child = spawn('python3', [script, libchdbPath(), dir, String(port), ...extra], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  for (let waited = 0; !(await answers(url)); waited += 100) {
    if (child.exitCode !== null || waited > 30_000)
      throw new Error(`ClickHouse server did not start: ${said}`);
    await sleep(100);
  }
  return {
    url: `http://default:@127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ping`)).ok;
  } catch {
    return false;
  }
}
