import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { rootOfInclusion } from '../merkle/check-proofs.ts';
import { leafHash } from '../merkle/hashing.ts';
import { keyOf } from './buckets.ts';
import { EventIndex } from './event-index.ts';
import { LevelFiles } from './level-files.ts';
import { openTree } from './open-tree.ts';
import { testLeaf } from './test-kit.ts';

const dirs: string[] = [];
const folder = () => {
  const dir = mkdtempSync(join(tmpdir(), 'opentrail-tree-'));
  dirs.push(dir);
  return dir;
};

afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const leaves = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => testLeaf(from + at));

describe('the tree on the disk', () => {
  it('proves each leaf by its event, also after it was closed and grew on', async () => {
    const dir = folder();
    for (const [from, to] of [
      [0, 1],
      [1, 255],
      [255, 700],
    ] as const) {
      const tree = await openTree(dir);
      expect(tree.size()).toBe(from);
      await tree.append(leaves(from, to), to * 10);
      expect([tree.size(), tree.throughSeq()]).toEqual([to, to * 10]);
      await tree.close();
    }
    const tree = await openTree(dir);
    const root = await tree.reader().root();
    for (const n of [0, 254, 255, 256, 699]) {
      const [index] = tree.find(testLeaf(n).id);
      expect(index).toBe(n);
      const path = await tree.reader().inclusion(n);
      expect(rootOfInclusion({ index: n, size: 700, leaf: leafHash(testLeaf(n).raw), path })).toEqual(root);
    }
    expect(tree.find('nobody')).toEqual([]);
    await tree.close();
  });

  it('does not depend on how its leaves came together', async () => {
    const [one, many] = [await openTree(folder()), await openTree(folder())];
    await one.append(leaves(0, 600), 1);
    for (let at = 0; at < 600; at += 7) await many.append(leaves(at, Math.min(600, at + 7)), at);
    expect(await many.reader().root()).toEqual(await one.reader().root());
    await one.close();
    await many.close();
  });

  it('writes over what somebody left who died before he could commit it', async () => {
    const [dir, other] = [folder(), folder()];
    const tree = await openTree(dir);
    await tree.append(leaves(0, 300), 300);
    await tree.close();
    const files = new LevelFiles(dir);
    await files.append(300, Buffer.alloc(32 * 400, 7));
    await files.close();
    const again = await openTree(dir);
    await again.append(leaves(300, 900), 900);
    const clean = await openTree(other);
    await clean.append(leaves(0, 900), 900);
    expect(await again.reader().root()).toEqual(await clean.reader().root());
    await again.close();
    await clean.close();
  });

  it('refuses files that lost hashes', async () => {
    const dir = folder();
    const tree = await openTree(dir);
    await tree.append(leaves(0, 300), 300);
    await tree.close();
    truncateSync(join(dir, 'level-0'), 32 * 299);
    await expect(openTree(dir)).rejects.toThrow(
      'level-0: has 9568 bytes, where a tree of 300 leaves needs 9600',
    );
  });

  it('gives tiles as the specification cuts them', async () => {
    const tree = await openTree(folder());
    await tree.append(leaves(0, 300), 300);
    const width = async (level: number, index: number, wide: number) =>
      (await tree.tile({ level, index, width: wide }))?.length;
    expect(await width(0, 0, 256)).toBe(256 * 32);
    expect(await width(0, 1, 44)).toBe(44 * 32);
    expect(await width(1, 0, 1)).toBe(32);
    expect(await width(0, 1, 45)).toBeUndefined();
    expect(await width(0, 2, 1)).toBeUndefined();
    await tree.close();
  });

  it('is the same after kill -9 at any moment', async () => {
    const dir = folder();
    const clean = await openTree(folder());
    for (let round = 0; round < 4; round++) {
      const child = fork(fileURLToPath(new URL('crash-child.ts', import.meta.url)), [dir], {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: 'ignore',
      });
      await once(child, 'message');
      await sleep(20 + 40 * round);
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      const tree = await openTree(dir);
      const size = tree.size();
      expect(tree.throughSeq()).toBe(size);
      await clean.append(leaves(clean.size(), size), size);
      expect(await tree.reader().root()).toEqual(await clean.reader().root());
      for (const n of [0, Math.floor(size / 2), size - 1]) expect(tree.find(testLeaf(n).id)).toEqual([n]);
      await tree.close();
    }
    expect(clean.size()).toBeGreaterThan(0);
    await clean.close();
  });
});

describe('the index of events', () => {
  it('finds every event among new, sorted and merged runs, and the newest first of those with one id', async () => {
    const path = join(folder(), 'index.db');
    let index = new EventIndex(path, { run: 16, fan: 4, stepsARun: 100 });
    for (let at = 0; at < 1000; at += 50) {
      index.append(
        Array.from({ length: 50 }, (_, n) => (n === 0 ? 'twin' : `id-${at + n}`)),
        at,
      );
      await index.tidy();
      if (at === 500) {
        index.close();
        index = new EventIndex(path, { run: 16, fan: 4, stepsARun: 100 });
      }
    }
    for (let n = 0; n < 1000; n++) if (n % 50 !== 0) expect(index.find(`id-${n}`)).toEqual([n]);
    expect(index.find('twin')).toEqual(Array.from({ length: 20 }, (_, n) => 950 - 50 * n));
    expect(index.find('id-1000')).toEqual([]);
    index.close();
  });

  it('takes over an index of rows, in whatever state it was', async () => {
    const path = join(folder(), 'index.db');
    const { fan, run } = { fan: 4, run: 16 };
    const [size, runs, merged] = [150, 9, 2];
    const db = new DatabaseSync(path);
    db.exec(`
      begin;
      create table state (id integer primary key, size integer not null, through_seq integer not null,
        runs integer not null, merged integer not null, step integer not null, dropped integer not null);
      insert into state values (1, ${size}, 777, ${runs}, ${merged}, 5, 3);
      create table recent (leaf integer primary key, key blob not null);
      create table runs (run integer, key blob, leaf integer, primary key (run, key, leaf)) without rowid;
      create table merged_runs (run integer, key blob, leaf integer, primary key (run, key, leaf)) without rowid;
    `);
    for (let n = 0; n < size; n++) {
      const key = keyOf(n % 50 === 0 ? 'twin' : `id-${n}`);
      const inRun = Math.floor(n / run);
      // Merged runs are there a while longer, and what the next merge has copied is there twice.
      if (inRun >= runs) db.prepare('insert into recent values (?, ?)').run(n, key);
      if (inRun >= 3 && inRun < runs) db.prepare('insert into runs values (?, ?, ?)').run(inRun, key, n);
      if (inRun < runs)
        db.prepare('insert into merged_runs values (?, ?, ?)').run(Math.floor(inRun / fan), key, n);
    }
    db.exec('commit');
    db.close();
    let index = new EventIndex(path, { run, fan, stepsARun: 100 });
    expect(index.state).toEqual({ size, throughSeq: 777 });
    const check = (most: number) => {
      for (let n = 0; n < most; n++) if (n % 50 !== 0) expect(index.find(`id-${n}`)).toEqual([n]);
    };
    check(size);
    expect(index.find('twin')).toEqual([100, 50, 0]);
    const more = Array.from({ length: 400 }, (_, n) => `id-${size + n}`);
    index.append(more, 1200);
    await index.tidy();
    index.close();
    index = new EventIndex(path, { run, fan, stepsARun: 100 });
    check(size);
    for (const [n, id] of more.entries()) expect(index.find(id)).toEqual([size + n]);
    index.close();
  });
});
