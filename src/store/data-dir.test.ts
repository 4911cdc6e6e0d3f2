import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openDataDir } from './data-dir.ts';
import { withFolder } from './journal/test-kit.ts';

const HOLD = `
  const { openDataDir } = await import(process.argv[1]);
  await openDataDir(process.argv[2]);
  process.stdout.write('held');
  setInterval(() => undefined, 1000);
`;

/** Another server on the same folder. */
async function holdElsewhere(dir: string) {
  const module = new URL('./data-dir.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLD, module, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('data folder', () => {
  it('is made for its owner alone', async () => {
    await withFolder(async (folder) => {
      const dir = await openDataDir(join(folder, 'a', 'b'));
      expect((await stat(dir.path)).mode & 0o777).toBe(0o700);
      expect(dir.file('journal', 'x')).toBe(join(folder, 'a', 'b', 'journal', 'x'));
      await dir.release();
    });
  });

  it('is refused to a second server, in this process or another, and free again afterwards', async () => {
    await withFolder(async (folder) => {
      const mine = await openDataDir(folder);
      await expect(openDataDir(folder)).rejects.toMatchObject({
        code: 'DATA_DIR_LOCKED',
        message: expect.stringContaining(`process ${process.pid}`) as string,
      });
      await mine.release();
      const child = await holdElsewhere(folder);
      await expect(openDataDir(folder)).rejects.toMatchObject({
        code: 'DATA_DIR_LOCKED',
        message: expect.stringContaining(`process ${child.pid}`) as string,
      });
      child.kill('SIGKILL');
      await once(child, 'close');
      await (await openDataDir(folder)).release();
    });
  });

  it('is refused when it cannot be one', async () => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'file'), 'x');
      await expect(openDataDir(join(folder, 'file'))).rejects.toMatchObject({ code: 'BAD_CONFIG' });
    });
  });
});
