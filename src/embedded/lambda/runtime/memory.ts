import { readFile } from 'node:fs/promises';

const PAGE = 4096;

/** Bytes that a process holds in memory; undefined where the system does not tell (only Linux does) or it is gone. */
export async function residentMemory(pid: number): Promise<number | undefined> {
  try {
    const pages = Number((await readFile(`/proc/${pid}/statm`, 'latin1')).split(' ')[1]);
    return Number.isFinite(pages) ? pages * PAGE : undefined;
  } catch {
    return undefined;
  }
}
