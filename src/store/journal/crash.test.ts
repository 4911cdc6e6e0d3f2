import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { openTestJournal, readAll, withFolder } from './test-kit.ts';
import { verifyJournal } from './verify-journal.ts';

const ROUNDS = 4;

/** Lets a process append until it has been told so many answers, kills it, and gives back what it was told: `seq id`. */
async function writeAndKill(dir: string, sync: string, answers: number): Promise<string[]> {
  const child = spawn(process.execPath, [new URL('./crash-child.ts', import.meta.url).pathname, dir, sync], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let lines = 0;
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    lines += chunk.split('\n').length - 1;
    if (lines >= answers) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return text.split('\n').slice(0, -1);
}

describe('kill -9', () => {
  it.each(['group', 'always'])(
    'loses no answered append, leaves no hole and breaks no chain (%s)',
    async (sync) => {
      await withFolder(async (dir) => {
        const answered: string[] = [];
        for (let round = 1; round <= ROUNDS; round++) {
          answered.push(...(await writeAndKill(dir, sync, round * 700)));
          expect((await verifyJournal(dir)).problems).toEqual([]);
          const journal = await openTestJournal(dir);
          const all = await readAll(journal);
          await journal.stop();
          const kept = new Set(all.map(({ seq, id }) => `${seq} ${id}`));
          expect(answered.filter((line) => !kept.has(line))).toEqual([]);
          expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i + 1));
          expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
          expect(await verifyJournal(dir)).toMatchObject({
            problems: [],
            holes: [],
            tornTail: false,
            entries: all.length,
          });
        }
        expect(answered.length).toBeGreaterThan(ROUNDS * 700);
      });
    },
    60_000,
  );
});
