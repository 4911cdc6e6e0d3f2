import { mkdtempSync, openSync, readFileSync, rmSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { createWriteBytes } from './write-bytes.ts';

it('writes directly while the disk is quick, through the pool for a while after a slow write, and large buffers always so', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'write-bytes-'));
  const fd = openSync(join(dir, 'file'), 'w+');
  const times = [0, 1, 10, 100, 200, 300, 2000, 2001, 2002];
  const writeBytes = createWriteBytes(() => times.shift() ?? 9999);
  const direct = (text: string, position: number) =>
    writeBytes(fd, Buffer.from(text), position) === undefined;
  expect(direct('aa', 0)).toBe(true); // took 1 ms
  expect(direct('bb', 2)).toBe(true); // took 90 ms
  await writeBytes(fd, Buffer.from('cc'), 4); // at 200
  const pooled = writeBytes(fd, Buffer.from('dd'), 6); // at 300
  expect(pooled).toBeInstanceOf(Promise);
  await pooled;
  expect(direct('ee', 8)).toBe(true); // at 2000
  const large = writeBytes(fd, Buffer.alloc(300 * 1024, 'f'), 10);
  expect(large).toBeInstanceOf(Promise);
  await large;
  expect(readFileSync(join(dir, 'file')).subarray(0, 12).toString()).toBe('aabbccddeeff');
  closeSync(fd);
  rmSync(dir, { recursive: true });
});
