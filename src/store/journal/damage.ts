import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { JournalDamage } from './contract.ts';

const NAME = 'damage.json';
const schema = z.array(z.object({ from: z.number(), to: z.number(), file: z.string() }));

/** Damage that was repaired and is not told in the trail yet. */
export async function readDamage(dir: string): Promise<readonly JournalDamage[]> {
  const text = await readFile(join(dir, NAME), 'utf8').catch(() => '[]');
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return [];
  }
}

export async function addDamage(dir: string, found: readonly JournalDamage[]): Promise<void> {
  const all = [...(await readDamage(dir)), ...found];
  await writeFile(join(dir, NAME), JSON.stringify(all), { mode: 0o600, flush: true });
}

export async function forgetDamage(dir: string): Promise<void> {
  await rm(join(dir, NAME), { force: true });
}
