import { spawn, type ChildProcess } from 'node:child_process';

export type Reaper = { readonly dismiss: () => void };

/**
 * Ends a group of processes when this one is gone, however it went: a function that never yields would not see that by itself. A shell waits
 * for the pipe to close and kills the group then.
 */
export function startReaper(group: number): Reaper {
  const shell: ChildProcess = spawn(
    '/bin/sh',
    ['-c', 'read -r _; kill -KILL "-$1" 2>/dev/null', 'sh', String(group)],
    { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} },
  );
  // Where there is no shell there is no reaper.
  shell.on('error', () => undefined);
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  return { dismiss: () => void shell.kill('SIGKILL') };
}
