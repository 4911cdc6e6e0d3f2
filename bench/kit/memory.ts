import { readdirSync, readFileSync } from 'node:fs';

export type Memory = {
  readonly total: number;
  /** Of the process itself. */
  readonly server: number;
  readonly text: string;
};

/** Resident memory of a process and its children, MB each. */
export function memoryOf(pid: number): Memory {
  const rows = [pid, ...childrenOf(pid)].map((one) => ({ name: nameOf(one), mb: residentMb(one) }));
  const total = rows.reduce((sum, row) => sum + row.mb, 0);
  return {
    total,
    server: residentMb(pid),
    text: `${Math.round(total)} (${rows.map((row) => `${row.name} ${Math.round(row.mb)}`).join(', ')})`,
  };
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => parentOf(one) === pid);
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine') ? 'engine' : 'server';
}
