import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Postgres = {
  /** Runs a script of psql; `copy` is what its `COPY … FROM STDIN` reads. */
  readonly run: (sql: string, copy?: readonly Uint8Array[]) => Promise<void>;
  readonly stop: () => void;
};

/** A PostgreSQL of its own in a temporary folder; undefined where there is none to start. */
export function startPostgres(): Postgres | undefined {
  const asRoot = process.getuid?.() === 0;
  const as = (command: readonly string[]) =>
    asRoot ? ['runuser', '-u', 'postgres', '--', ...command] : [...command];
  const exec = (command: readonly string[]) => {
    const [file = '', ...args] = as(command);
    return spawnSync(file, args, { stdio: 'ignore', cwd: tmpdir() }).status === 0;
  };
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-postgres-'));
  chmodSync(dir, 0o777);
  const data = join(dir, 'data');
  const options = `-c listen_addresses= -k ${dir} -c max_wal_size=4GB -c shared_buffers=512MB`;
  const started =
    exec(['initdb', '-D', data, '-A', 'trust', '-U', 'postgres']) &&
    exec(['pg_ctl', '-D', data, '-w', '-o', options, '-l', join(dir, 'log'), 'start']);
  if (!started) {
    rmSync(dir, { recursive: true, force: true });
    return undefined;
  }
  return {
    run: (sql, copy = []) => psql(dir, sql, copy),
    stop: () => {
      exec(['pg_ctl', '-D', data, '-m', 'immediate', 'stop']);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function psql(dir: string, sql: string, copy: readonly Uint8Array[]): Promise<void> {
  const child = spawn('psql', ['-h', dir, '-U', 'postgres', '-q', '-v', 'ON_ERROR_STOP=1', '-c', sql], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  for (const chunk of copy) if (!child.stdin.write(chunk)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`psql ended with ${code}`);
}
