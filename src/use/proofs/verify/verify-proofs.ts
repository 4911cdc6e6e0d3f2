import { HASH_BYTES, leafHash } from '../merkle/hashing.ts';
import type { SignedCheckpoint } from '../note/checkpoint.ts';
import {
  checkTree,
  isPrefix,
  judgeSignature,
  noteTile,
  type CheckDeps,
  type CheckedTree,
  type Trust,
} from './check-tree.ts';
import { leafTiles, publishedTrees, tileReader, type ReadFile } from './published-tree.ts';
import { SeenHashes, type DeliveredFile, type RecordHashes } from './record-hashes.ts';
import type { ProofFinding, ProofReport } from './report.ts';

export type VerifyProofsOptions = {
  /** Keys of published trees, as they were listed. */
  readonly keys: readonly string[];
  readonly read: ReadFile;
  /** How people name a key. */
  readonly uri: (key: string) => string;
  readonly trust: Trust;
  /** The source's name, where the tree itself is asked about: it must be there. */
  readonly asked?: string | undefined;
  /** What must be the beginning of the tree: a checkpoint that was kept elsewhere. */
  readonly earlier?: { readonly checkpoint: SignedCheckpoint; readonly name: string } | undefined;
  /** Of which checkpoints are looked at, by the time they were published, seconds. */
  readonly range?: CheckDeps['range'];
  /** Records of the log files that are as their digests say; none: they are not looked for. */
  readonly records: RecordHashes;
  /** The records of a file, cut with care. */
  readonly cut: (
    file: DeliveredFile,
  ) => Promise<readonly { readonly raw: Uint8Array; readonly id: string }[]>;
};

/** Checks the trees that were published beside digests, an earlier checkpoint against them, and that records are leaves of them. */
export async function verifyProofs(options: VerifyProofsOptions): Promise<ProofReport> {
  const findings: ProofFinding[] = [];
  const deps: CheckDeps = { ...options, findings };
  const trees: CheckedTree[] = [];
  for (const tree of publishedTrees(options.keys)) {
    if (isForeign(options, await options.read(`${tree.folder}checkpoint`))) continue;
    const checked = await checkTree(deps, tree);
    if (checked !== undefined) trees.push(checked);
  }
  if (options.earlier !== undefined) await checkEarlier(deps, options.earlier, trees);
  else if (options.asked !== undefined && trees.length + findings.length === 0)
    findings.push(noTree(options.asked));
  const records = await checkRecords(options, deps, trees);
  return {
    valid: !findings.some(({ severity }) => severity === 'invalid'),
    trees: trees.map(({ report }) => report),
    records,
    findings,
  };
}

/** A folder of proofs that was removed whole leaves nothing behind: only who asks about the tree can be told that it is gone. */
function noTree(source: string): ProofFinding {
  const message = 'no tree of proofs is here: it was never published, or has been removed';
  return { kind: 'tree-not-found', severity: 'invalid', subject: 'Tree', uri: source, message };
}

/** The tree of another installation, which the key that was given says nothing of. */
function isForeign({ trust }: VerifyProofsOptions, note: Uint8Array | undefined): boolean {
  if (trust.key === undefined || note === undefined) return false;
  return Buffer.from(note).toString('utf8').split('\n', 1)[0] !== trust.key.name;
}

async function checkEarlier(
  deps: CheckDeps,
  { checkpoint, name }: NonNullable<VerifyProofsOptions['earlier']>,
  trees: readonly CheckedTree[],
): Promise<void> {
  const named = { ...deps, uri: (key: string) => (key === name ? name : deps.uri(key)) };
  if (judgeSignature(named, checkpoint, name) === undefined) return;
  const same = trees.filter((one) => one.checkpoint.origin === checkpoint.origin);
  for (const { tree, checkpoint: newest, rootAt } of same)
    await isPrefix(named, { tree, newest, rootAt }, checkpoint, name);
  if (same.length > 0) return;
  deps.findings.push({
    kind: 'tree-not-found',
    severity: 'invalid',
    subject: 'Tree',
    uri: name,
    message: `no sound tree of ${checkpoint.origin} is here, which had ${checkpoint.size} leaves`,
  });
}

type Tally = { valid: number; invalid: number; unproven: number };

async function checkRecords(
  { records, cut }: VerifyProofsOptions,
  deps: CheckDeps,
  trees: readonly CheckedTree[],
): Promise<Tally> {
  const tally = { valid: 0, invalid: 0, unproven: 0 };
  if (trees.length === 0 || records.count === 0) return tally;
  const holding = new Map(records.files.map(({ file }) => [file, holdersOf(file, trees)]));
  const newest = (file: DeliveredFile) => Math.max(-Infinity, ...timesOf(holding.get(file) ?? []));
  const seen = new SeenHashes(records, (file) => file.namedAt <= newest(file));
  for (const tree of trees) await seeLeaves(deps, tree, seen);
  const doubted: DeliveredFile[] = [];
  let pending = 0;
  for (const { file, start, end } of records.files) {
    const missing = Array.from({ length: end - start }, (_, at) => start + at).filter((at) => !seen.has(at));
    if (missing.length === 0) tally.valid += end - start;
    else if (file.namedAt <= newest(file)) doubted.push(file);
    else if (holding.get(file)?.length === 0) tally.unproven += missing.length;
    else pending += missing.length;
  }
  if (pending > 0) notePending(deps, trees, pending);
  tally.unproven += pending;
  await judgeFiles(deps, trees, { files: await cutAll(doubted, cut), tally });
  return tally;
}

/** The trees that say that they hold what the file's trail delivers. */
function holdersOf(file: DeliveredFile, trees: readonly CheckedTree[]): readonly CheckedTree[] {
  return trees.filter(({ tree }) => tree.place === file.place && tree.trails.has(file.trail));
}

function timesOf(trees: readonly CheckedTree[]): readonly number[] {
  return trees.flatMap(({ tree }) => tree.checkpoints.map(({ at }) => at));
}

async function seeLeaves(deps: CheckDeps, tree: CheckedTree, seen: SeenHashes): Promise<void> {
  for await (const tile of tilesOf(deps, tree)) {
    seen.see(tile);
    if (seen.left === 0) return;
  }
}

/** Hashes of its leaves, newest first; ends with a finding where they cannot be had. */
async function* tilesOf(deps: CheckDeps, { tree, checkpoint }: CheckedTree): AsyncGenerator<Buffer> {
  const { size } = checkpoint;
  const readTile = tileReader(deps.read, tree.folder, size);
  for await (const tile of leafTiles(readTile, { folder: tree.folder, size })) {
    if ('problem' in tile) return noteTile(deps, tree, tile);
    yield tile;
  }
}

function notePending({ findings }: CheckDeps, trees: readonly CheckedTree[], count: number): void {
  findings.push({
    kind: 'records-pending',
    severity: 'notice',
    subject: 'Tree',
    uri: trees[0]?.report.uri ?? '',
    message: `${count} records were delivered after its newest checkpoint, which therefore cannot hold them`,
  });
}

/** A file with records that were not found, cut with care; ids by hash. */
type CutFile = { readonly file: DeliveredFile; readonly all: number; readonly left: Map<string, string> };

async function cutAll(
  files: readonly DeliveredFile[],
  cut: VerifyProofsOptions['cut'],
): Promise<readonly CutFile[]> {
  const all: CutFile[] = [];
  for (const file of files) {
    const left = new Map<string, string>();
    for (const { raw, id } of await cut(file)) left.set(leafHash(raw).toString('latin1'), id);
    all.push({ file, all: left.size, left });
  }
  return all;
}

async function judgeFiles(
  deps: CheckDeps,
  trees: readonly CheckedTree[],
  { files, tally }: { readonly files: readonly CutFile[]; readonly tally: Tally },
): Promise<void> {
  const byHash = Map.groupBy(
    files.flatMap(({ left }) => [...left.keys()].map((hash) => ({ hash, left }))),
    ({ hash }) => hash,
  );
  for (const tree of byHash.size === 0 ? [] : trees) {
    for await (const tile of tilesOf(deps, tree)) {
      for (let at = 0; at < tile.length; at += HASH_BYTES) {
        const hash = tile.toString('latin1', at, at + HASH_BYTES);
        for (const { left } of byHash.get(hash) ?? []) left.delete(hash);
      }
    }
  }
  for (const one of files) {
    tally.valid += one.all - one.left.size;
    if (one.left.size === 0) continue;
    const verdict = verdictOn(one, timesOf(holdersOf(one.file, trees)));
    tally[verdict.severity] += one.left.size;
    deps.findings.push({ ...verdict, subject: 'Log file', uri: one.file.uri });
  }
}

function verdictOn(
  { file, all, left }: CutFile,
  times: readonly number[],
): {
  readonly kind: ProofFinding['kind'];
  readonly severity: 'invalid' | 'unproven';
  readonly message: string;
} {
  const [first = ''] = left.values();
  const which = left.size === 1 ? `record ${first} is` : `${left.size} records (${first}, …) are`;
  // A tree that was begun after the trail has nothing of what was there before.
  if (left.size === all && file.namedAt <= Math.min(...times)) {
    const message = `${which} not in the tree, which was published here later`;
    return { kind: 'records-older', severity: 'unproven', message };
  }
  return { kind: 'record-not-in-tree', severity: 'invalid', message: `${which} not in the tree` };
}
