import { randomFillSync, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

import { rootOfInclusion } from '../src/use/proofs/merkle/check-proofs.ts';
import { leafHash } from '../src/use/proofs/merkle/hashing.ts';
import { openTree, type ProofTree } from '../src/use/proofs/tree/open-tree.ts';
import { line, median, percentile } from './kit/machine.ts';

const BATCH = 4000;
const SAMPLES = 1000;
/** Bytes of the record that the README counts with. */
const RECORD_BYTES = 1260;

/** How fast records become leaves, durably and with their index, and how long the proof of one takes among them all. */
export async function benchProofs({
  events,
  dir,
}: {
  readonly events: number;
  readonly dir?: string | undefined;
}): Promise<void> {
  const path = mkdtempSync(join(dir ?? tmpdir(), 'opentrail-bench-tree-'));
  const tree = await openTree(path);
  try {
    line(`proofs: ${events} records of ${RECORD_BYTES} bytes`);
    const samples = await fill(tree, events);
    await prove(tree, samples);
    const bytes = readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
    line(`  on disk: ${(bytes / events).toFixed(0)} bytes a record (hashes 32, the rest is the index)`);
  } finally {
    await tree.close();
    rmSync(path, { recursive: true, force: true });
  }
}

type Sample = { readonly id: string; readonly index: number; readonly raw: Buffer };

async function fill(tree: ProofTree, events: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const every = Math.max(1, Math.floor(events / SAMPLES));
  const template = randomFillSync(Buffer.alloc(RECORD_BYTES));
  let [spent, cpu, own] = [0, 0, 0];
  for (let size = 0; size < events; size += BATCH) {
    const leaves = Array.from({ length: Math.min(BATCH, events - size) }, () => {
      const id = randomUUID();
      const raw = Buffer.from(template);
      raw.write(id, 'latin1');
      return { id, raw };
    });
    for (const [at, leaf] of leaves.entries())
      if ((size + at) % every === 0) samples.push({ ...leaf, index: size + at });
    const [began, before, mine] = [performance.now(), process.cpuUsage(), process.threadCpuUsage()];
    await tree.append(leaves, size + leaves.length);
    const { user, system } = process.cpuUsage(before);
    spent += performance.now() - began;
    cpu += user + system;
    own += onThread(mine);
  }
  const rate = Math.round(events / (spent / 1000));
  line(
    `  append: ${rate} leaves a second; ${(cpu / events).toFixed(1)} µs of processor each, ${(own / events).toFixed(1)} of them on the thread that calls are served on`,
  );
  return samples;
}

/** Microseconds since `before`, without those of the threads that write files and collect garbage. */
function onThread(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

/** From event id to a path that is checked against the root; the record's own search is not in it. */
async function prove(tree: ProofTree, samples: readonly Sample[]): Promise<void> {
  const times: number[] = [];
  for (const { id, index, raw } of samples) {
    const began = performance.now();
    const [found] = tree.find(id);
    const reader = tree.reader();
    const path = await reader.inclusion(found ?? -1);
    times.push(performance.now() - began);
    const root = rootOfInclusion({ index, size: reader.size, leaf: leafHash(raw), path });
    if (found !== index || root === undefined || !root.equals(await reader.root()))
      throw new Error(`no proof of leaf ${index}`);
  }
  line(
    `  proof of one event: ${median(times).toFixed(1)} ms, p95 ${percentile(times, 0.95).toFixed(1)} ms, most ${Math.max(...times).toFixed(1)} ms`,
  );
}
