import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Entry } from './event-data.ts';

/** A file of events that wait; gone with `remove`. */
export type SpoolFile = { readonly path: string; readonly bytes: number };

/**
 * Events on the disk, in files of a megabyte, one JSON object a line, oldest first. Every process has a folder of its own below the spool;
 * those that dead processes left are taken over. All of it is asynchronous: the service never waits for the disk.
 */
export type Spool = {
  readonly bytes: () => number;
  /** False when there is no room. Rejects when the disk does not take them. */
  readonly append: (entries: readonly Entry[]) => Promise<boolean>;
  readonly oldest: () => SpoolFile | undefined;
  /** What can be read of a file: a line that a crash cut off is passed over. */
  readonly read: (file: SpoolFile) => Promise<readonly Entry[]>;
  readonly remove: (file: SpoolFile) => Promise<void>;
  /** Says that this process is alive, and takes over what dead ones left. */
  readonly tend: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const FILE_BYTES = 1024 * 1024;
const OWNER = 'owner';
/** Milliseconds after which a process that does not say that it lives is dead. */
const SILENT = 120_000;

export function createSpool(folder: string, mostBytes: number): Spool {
  const own = join(folder, randomUUID());
  const files: { path: string; bytes: number }[] = [];
  let number = 0;
  let made: Promise<unknown> | undefined;
  const total = () => files.reduce((sum, { bytes }) => sum + bytes, 0);
  const make = async (): Promise<void> => {
    await mkdir(own, { recursive: true, mode: 0o700 });
    await writeFile(join(own, OWNER), String(process.pid), { mode: 0o600 });
  };
  const ready = async (): Promise<void> => {
    made ??= make();
    try {
      await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
  const nameOf = () =>
    join(own, `${String(Date.now()).padStart(15, '0')}-${String(number++).padStart(6, '0')}.jsonl`);
  return {
    bytes: total,
    append: async (entries) => {
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      const bytes = Buffer.byteLength(text);
      if (total() + bytes > mostBytes) return false;
      await ready();
      const last = files.at(-1);
      const file =
        last !== undefined && last.path.startsWith(own) && last.bytes + bytes <= FILE_BYTES
          ? last
          : { path: nameOf(), bytes: 0 };
      await appendFile(file.path, text, { mode: 0o600 });
      if (file.bytes === 0) files.push(file);
      file.bytes += bytes;
      return true;
    },
    oldest: () => files[0],
    read: async ({ path }) => (await readFile(path, 'utf8')).split('\n').flatMap(entryOf),
    remove: async (file) => {
      const at = files.findIndex(({ path }) => path === file.path);
      if (at >= 0) files.splice(at, 1);
      await rm(file.path, { force: true });
    },
    tend: async () => {
      const left = await foldersLeft(folder, own);
      if (left.length === 0 && made === undefined) return;
      await ready();
      const now = new Date();
      await utimes(join(own, OWNER), now, now);
      for (const other of left) files.unshift(...(await takeOver(other, own)));
    },
    close: async () => {
      if (made !== undefined && files.length === 0) await rm(own, { recursive: true, force: true });
      // Whoever comes next need not wait until this process is surely dead.
      else if (made !== undefined) await utimes(join(own, OWNER), new Date(0), new Date(0));
    },
  };
}

function entryOf(line: string): readonly Entry[] {
  try {
    const { id, eventData } = JSON.parse(line) as Partial<Entry>;
    return typeof id === 'string' && typeof eventData === 'string' ? [{ id, eventData }] : [];
  } catch {
    return [];
  }
}

/** Of processes that are dead. */
async function foldersLeft(folder: string, own: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const found: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if (path !== own && (await isLeft(path))) found.push(path);
  }
  return found;
}

async function isLeft(path: string): Promise<boolean> {
  try {
    const owner = join(path, OWNER);
    const pid = Number(await readFile(owner, 'utf8'));
    const { mtimeMs } = await stat(owner);
    return Date.now() - mtimeMs > SILENT || (pid !== process.pid && !isAlive(pid));
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Two processes may try: a file is renamed by one of them only. */
async function takeOver(path: string, own: string): Promise<readonly { path: string; bytes: number }[]> {
  const taken: { path: string; bytes: number }[] = [];
  for (const name of (await readdir(path).catch(() => [])).sort()) {
    if (!name.endsWith('.jsonl')) continue;
    const to = join(own, name);
    try {
      await rename(join(path, name), to);
      taken.push({ path: to, bytes: (await stat(to)).size });
    } catch {
      // Another process was first.
    }
  }
  await rm(path, { recursive: true, force: true });
  return taken;
}
