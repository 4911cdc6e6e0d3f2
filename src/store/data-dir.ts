import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { messageOf, OpentrailError } from '../base/errors.ts';

export type DataDir = {
  readonly path: string;
  /** A name inside the folder. */
  readonly file: (...names: string[]) => string;
  readonly release: () => Promise<void>;
};

/**
 * Creates the data folder (mode 700) and locks it against a second server. Throws DATA_DIR_LOCKED.
 *
 * The lock is SQLite's lock on the file `lock`: the kernel holds it for the process and lets go however the process ends, so there is
 * no stale lock to guess about, in containers (where every server is pid 1) as little as after kill -9. The pid beside it is for people.
 */
export async function openDataDir(path: string): Promise<DataDir> {
  await createFolder(path);
  const lock = takeLock(path, await readPid(path));
  await tellPid(path, `${process.pid}\n`);
  return {
    path,
    file: (...names) => join(path, ...names),
    release: async () => {
      await tellPid(path, '');
      lock.close();
    },
  };
}

async function createFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new OpentrailError('BAD_CONFIG', `the data folder ${path} cannot be made: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function takeLock(path: string, holder: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(path, 'lock'), { timeout: 0 });
    db.exec('begin exclusive');
    return db;
  } catch (cause) {
    db?.close();
    if (!isBusy(cause)) {
      throw new OpentrailError('BAD_CONFIG', `the data folder ${path} cannot be used: ${messageOf(cause)}`, {
        cause,
      });
    }
    const who = holder === '' ? 'another process' : `process ${holder}`;
    throw new OpentrailError(
      'DATA_DIR_LOCKED',
      `${path} is in use by ${who}; stop it, or choose another folder with --data`,
      {
        cause,
      },
    );
  }
}

/** SQLITE_BUSY (5), https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

/** Only for people and messages: a full disk must not keep the server from starting because of it. */
async function tellPid(path: string, text: string): Promise<void> {
  await writeFile(join(path, 'pid'), text, { mode: 0o600 }).catch(() => undefined);
}

async function readPid(path: string): Promise<string> {
  const text = await readFile(join(path, 'pid'), 'utf8').catch(() => '');
  return /^\d{1,10}$/.test(text.trim()) ? text.trim() : '';
}
