import { copyFile, cp, mkdir, open, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createLogger } from '../../base/log.ts';
import { FRAME_HEADER } from './frames.ts';
import { recover } from './recover.ts';
import { scanFrames, Window } from './scan.ts';
import { decodeSegmentHeader, saltOf, SEGMENT_HEADER } from './segments.ts';
import { input, openTestJournal, readAll, textOf, until, withFolder } from './test-kit.ts';
import { verifyJournal } from './verify-journal.ts';

const FIRST = '0000000000000001.seg';
const SMALL = { segmentBytes: 64 * 1024 };
const TINY = { segmentBytes: 16 * 1024 };
const LONG = 60_000;
const silent = createLogger('silent');

/** Where each frame of a segment starts, and where the last ends. */
async function framesOf(
  path: string,
): Promise<{ offset: number; firstSeq: number; length: number; count: number }[]> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  const head = Buffer.alloc(SEGMENT_HEADER);
  await handle.read(head, 0, SEGMENT_HEADER, 0);
  const header = decodeSegmentHeader(head);
  const found: { offset: number; firstSeq: number; length: number; count: number }[] = [];
  if (header !== undefined) {
    const start = {
      offset: SEGMENT_HEADER,
      nextSeq: header.firstSeq,
      chain: header.chain,
      salt: saltOf(header),
    };
    await scanFrames(new Window(handle, size), start, ({ firstSeq, length, count }, offset) => {
      found.push({ offset, firstSeq, length, count });
    });
  }
  await handle.close();
  return found;
}

/** Entries one by one, each in a frame of its own, without the mark that a clean stop leaves: as after kill -9. */
async function writeKilled(dir: string, texts: readonly string[], options = SMALL): Promise<void> {
  const journal = await openTestJournal(dir, options);
  for (const text of texts) await journal.append([input(text)]);
  await journal.waitFor(texts.length, new AbortController().signal);
  await cp(dir, `${dir}-killed`, { recursive: true });
  await journal.stop();
}

async function flip(path: string, at: number): Promise<void> {
  const handle = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  await handle.write(Buffer.from([(byte[0] ?? 0) ^ 0x10]), 0, 1, at);
  await handle.close();
}

async function textsIn(dir: string, options = SMALL): Promise<string[]> {
  const journal = await openTestJournal(dir, options);
  const texts = (await readAll(journal)).map(textOf);
  await journal.stop();
  return texts;
}

describe('recovery', () => {
  it(
    'cuts off a write that was under way, wherever it was torn, and goes on after the last whole one',
    async () => {
      await withFolder(async (folder) => {
        const dir = join(folder, 'j');
        const texts = ['one', 'two', 'three'];
        await writeKilled(dir, texts, TINY);
        const frames = await framesOf(join(`${dir}-killed`, FIRST));
        const [second, last] = [frames[1], frames.at(-1)];
        const [begin, end] = [second?.offset ?? 0, (last?.offset ?? 0) + (last?.length ?? 0)];
        for (let cut = begin; cut <= end; cut++) {
          const copy = join(folder, `cut-${cut}`);
          await mkdir(copy);
          await copyFile(join(`${dir}-killed`, FIRST), join(copy, FIRST));
          await truncate(join(copy, FIRST), cut);
          const whole = frames.filter(({ offset, length }) => offset + length <= cut).length;
          expect((await recover(copy, silent)).nextSeq, `cut at ${cut}`).toBe(whole + 1);
          if (cut % 9 !== 0) continue;
          const journal = await openTestJournal(copy, TINY);
          expect((await readAll(journal)).map(textOf), `cut at ${cut}`).toEqual(texts.slice(0, whole));
          expect((await journal.append([input('next')])).firstSeq).toBe(whole + 1);
          await journal.stop();
          expect(await textsIn(copy, TINY), `again, cut at ${cut}`).toEqual([
            ...texts.slice(0, whole),
            'next',
          ]);
        }
      });
    },
    LONG,
  );

  it(
    'cuts off a write of which only the front reached the file',
    async () => {
      await withFolder(async (folder) => {
        const dir = join(folder, 'j');
        await writeKilled(dir, ['one', 'two', 'three'], TINY);
        const path = join(`${dir}-killed`, FIRST);
        const last = (await framesOf(path)).at(-1) ?? { offset: 0, length: 0 };
        const bytes = await readFile(path);
        for (let keep = 1; keep < last.length; keep++) {
          const torn = Buffer.from(bytes);
          torn.fill(0, last.offset + keep, last.offset + last.length);
          await writeFile(path, torn);
          expect((await verifyJournal(`${dir}-killed`)).problems).toEqual([]);
          const copy = join(folder, `keep-${keep}`);
          await cp(`${dir}-killed`, copy, { recursive: true });
          expect((await recover(copy, silent)).nextSeq, `kept ${keep}`).toBe(3);
          if (keep % 9 === 0) expect(await textsIn(copy, TINY), `kept ${keep}`).toEqual(['one', 'two']);
        }
      });
    },
    LONG,
  );

  it('refuses to start when a byte of what was on the disk is changed, and names the file and the place', async () => {
    await withFolder(async (folder) => {
      const dir = join(folder, 'j');
      const journal = await openTestJournal(dir, SMALL);
      for (const text of ['one', 'two', 'three']) await journal.append([input(text)]);
      await journal.stop();
      const frames = await framesOf(join(dir, FIRST));
      const marked = frames.filter(({ count }) => count > 0);
      expect([marked.length, frames.length]).toEqual([3, 4]);
      for (const { offset, length } of marked) {
        for (let at = offset; at < offset + length; at += 3) {
          const copy = join(folder, `flip-${at}`);
          await cp(dir, copy, { recursive: true });
          await flip(join(copy, FIRST), at);
          await expect(recover(copy, silent), `byte ${at}`).rejects.toMatchObject({
            code: 'JOURNAL_CORRUPT',
            message: expect.stringContaining(`${join(copy, FIRST)} is damaged at byte ${offset}`) as string,
          });
          const { problems } = await verifyJournal(copy);
          expect(problems.map((problem) => problem.offset)).toEqual([offset]);
        }
      }
    });
  });

  it('refuses to start when the header of a segment is changed', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, SMALL);
      await journal.append([input('one')]);
      await journal.stop();
      await flip(join(dir, FIRST), 40);
      await expect(openTestJournal(dir, SMALL)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' });
    });
  });

  it('takes the loss of what was never synced for a power cut, and keeps a copy', async () => {
    await withFolder(async (folder) => {
      const dir = join(folder, 'j');
      const journal = await openTestJournal(dir, SMALL);
      await journal.append([input('durable')]);
      await journal.waitFor(1, new AbortController().signal);
      // Two frames within the time before a sync: the first of them is lost, the second is there.
      await journal.append([input('lost')]);
      await journal.append([input('never promised')]);
      await cp(dir, `${dir}-killed`, { recursive: true });
      await journal.stop();
      const path = join(`${dir}-killed`, FIRST);
      await flip(path, ((await framesOf(path))[1]?.offset ?? 0) + FRAME_HEADER);
      expect(await textsIn(`${dir}-killed`)).toEqual(['durable']);
      expect((await readdir(join(`${dir}-killed`, 'quarantine'))).length).toBe(1);
    });
  });

  it('does not take a frame inside a record for a frame of its own', async () => {
    await withFolder(async (folder) => {
      const dir = join(folder, 'j');
      const first = await openTestJournal(dir, { segmentBytes: 64 * 1024 });
      for (let i = 0; i < 80; i++) await first.append([input(`filler ${i}`.padEnd(1000))]);
      await first.stop();
      const second = (await readdir(dir)).filter((name) => /^\d+\.seg$/.test(name)).sort()[1] ?? '';
      // What a caller could learn: the bytes of a frame of the first segment.
      const bytes = await readFile(join(dir, FIRST));
      const frames = await framesOf(join(dir, FIRST));
      const at = frames[40] ?? { offset: 0, length: 0 };
      const journal = await openTestJournal(dir, { segmentBytes: 64 * 1024 });
      await journal.append([{ ...input(''), raw: bytes.subarray(at.offset, at.offset + at.length) }]);
      await journal.waitFor(81, new AbortController().signal);
      await cp(dir, `${dir}-killed`, { recursive: true });
      await journal.stop();
      const path = join(`${dir}-killed`, second);
      const last = (await framesOf(path)).at(-1) ?? { offset: 0, length: 0 };
      await flip(path, last.offset + last.length - 1);
      expect((await textsIn(`${dir}-killed`, { segmentBytes: 64 * 1024 })).length).toBe(80);
    });
  });

  it('finds every changed byte of packed segments when the journal is verified', async () => {
    await withFolder(async (folder) => {
      const dir = join(folder, 'j');
      const journal = await openTestJournal(dir, { ...SMALL, packAfter: 1 });
      for (let i = 0; i < 200; i++) await journal.append([input(`${i}`.padEnd(1000, 'abc'))]);
      const packed = async () => (await readdir(dir)).filter((name) => name.endsWith('.segz'));
      expect(await until(async () => (await packed()).length >= 2)).toBe(true);
      await journal.stop();
      const good = await verifyJournal(dir);
      expect(good).toMatchObject({
        entries: 200,
        records: 200,
        firstSeq: 1,
        lastSeq: 200,
        problems: [],
        tornTail: false,
      });
      const name = (await packed())[1] ?? '';
      const size = (await readFile(join(dir, name))).length;
      await copyFile(join(dir, name), join(folder, 'good'));
      for (let at = 0; at < size; at += 97) {
        await flip(join(dir, name), at);
        const { problems } = await verifyJournal(dir);
        expect(problems.length, `byte ${at}`).toBeGreaterThan(0);
        expect(
          problems.some(({ file }) => file.endsWith(name)),
          `byte ${at}`,
        ).toBe(true);
        await copyFile(join(folder, 'good'), join(dir, name));
      }
    });
  });

  it('ends in the same chain whoever reads it, and in another one when an entry differs', async () => {
    await withFolder(async (folder) => {
      const dir = join(folder, 'j');
      await writeKilled(dir, ['one', 'two']);
      const { chain } = await verifyJournal(`${dir}-killed`);
      expect((await verifyJournal(`${dir}-killed`)).chain).toBe(chain);
      const journal = await openTestJournal(`${dir}-killed`, SMALL);
      await journal.append([input('three')]);
      await journal.stop();
      expect((await verifyJournal(`${dir}-killed`)).chain).not.toBe(chain);
    });
  });
});

describe('repair', () => {
  it('keeps every entry outside of the damage, under its sequence, and tells what is missing', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, SMALL);
      for (let i = 1; i <= 200; i++) await journal.append([input(`${i}`.padEnd(1000))]);
      await journal.stop();
      const second = (await readdir(dir)).filter((name) => /^\d+\.seg$/.test(name)).sort()[1] ?? '';
      const frames = await framesOf(join(dir, second));
      const [a, b] = [frames[5], frames[6]];
      await flip(join(dir, second), (a?.offset ?? 0) + 100);
      await flip(join(dir, second), (b?.offset ?? 0) + 10);
      await expect(openTestJournal(dir, SMALL)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' });
      const mended = await openTestJournal(dir, { ...SMALL, repair: true });
      const lost = [a?.firstSeq ?? 0, b?.firstSeq ?? 0];
      const all = await readAll(mended);
      expect(all.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 200 }, (_, i) => i + 1).filter((seq) => !lost.includes(seq)),
      );
      expect(all.every((entry) => textOf(entry).trim() === String(entry.seq))).toBe(true);
      expect(mended.damage()).toEqual([{ from: lost[0], to: lost[1], file: second }]);
      expect((await mended.append([input('next')])).firstSeq).toBe(201);
      await mended.forgetDamage();
      await mended.stop();
      expect(await verifyJournal(dir)).toMatchObject({
        problems: [],
        holes: [{ from: lost[0], to: lost[1] }],
      });
      expect((await readdir(join(dir, 'quarantine'))).length).toBe(1);
      const again = await openTestJournal(dir, SMALL);
      expect([again.head(), again.damage().length]).toEqual([201, 0]);
      await again.stop();
    });
  });

  it('goes on after a damaged packed segment and after a lost header', async () => {
    await withFolder(async (dir) => {
      const journal = await openTestJournal(dir, { ...SMALL, packAfter: 1 });
      for (let i = 1; i <= 300; i++) await journal.append([input(`${i}`.padEnd(1000))]);
      expect(
        await until(async () => (await readdir(dir)).filter((name) => name.endsWith('.segz')).length >= 3),
      ).toBe(true);
      await journal.stop();
      const names = (await readdir(dir)).filter((name) => /^\d+\.segz?$/.test(name)).sort();
      await flip(join(dir, names[1] ?? ''), SEGMENT_HEADER + 20);
      await flip(join(dir, names.at(-1) ?? ''), 30);
      const mended = await openTestJournal(dir, { ...SMALL, repair: true });
      const seqs = (await readAll(mended)).map(({ seq }) => seq);
      const [from, to] = [Number(names[1]?.slice(0, 16)), Number(names[2]?.slice(0, 16))];
      expect(seqs).toEqual(
        Array.from({ length: 300 }, (_, i) => i + 1).filter((seq) => seq < from || seq >= to),
      );
      await mended.stop();
      expect((await verifyJournal(dir)).problems).toEqual([]);
    });
  });
});
