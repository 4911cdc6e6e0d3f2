import { createTreeReader } from '../merkle/tree-reader.ts';
import { parseCheckpoint, type SignedCheckpoint } from '../note/checkpoint.ts';
import type { VerifierKey } from '../note/keys.ts';
import { checkSigned } from '../prove/proof-file.ts';
import { tileReader, type PublishedTree, type ReadFile, type TileProblem } from './published-tree.ts';
import type { ProofFinding, TreeReport } from './report.ts';

export type Trust = {
  /** Undefined: signatures cannot be checked. */
  readonly key: VerifierKey | undefined;
  readonly witnesses: readonly VerifierKey[];
  readonly quorum: number;
};

export type CheckDeps = {
  readonly read: ReadFile;
  readonly uri: (key: string) => string;
  readonly trust: Trust;
  readonly range?: { readonly from: number; readonly to: number } | undefined;
  readonly findings: ProofFinding[];
};

/** A published tree whose newest checkpoint is signed and whose tiles make its root. */
export type CheckedTree = {
  readonly tree: PublishedTree;
  readonly checkpoint: SignedCheckpoint;
  readonly report: TreeReport;
  /** Root of its first leaves; undefined with a finding noted when its tiles do not tell. */
  readonly rootAt: (size: number) => Promise<Buffer | undefined>;
};

/** Checks what a tree says of itself: signatures, the root that its tiles make, and that every checkpoint grew into the next. */
export async function checkTree(deps: CheckDeps, tree: PublishedTree): Promise<CheckedTree | undefined> {
  const note = noteFor(deps);
  const key = `${tree.folder}checkpoint`;
  const newest = await readCheckpoint(deps, key);
  if (newest === undefined) return undefined;
  const signed = judgeSignature(deps, newest, key);
  if (signed === undefined) return undefined;
  const rootAt = roots(deps, tree, newest);
  const root = await rootAt(newest.size);
  if (root === undefined) return undefined;
  if (!root.equals(newest.root)) {
    note(
      'tree-changed',
      'Tree',
      tree.folder,
      `its tiles do not make the root of its checkpoint of ${newest.size} leaves`,
    );
    return undefined;
  }
  // Many small files: asked for at once, judged in their order.
  const { from = 0, to = Infinity } = deps.range ?? {};
  const listed = tree.checkpoints.filter(({ at }) => at >= from && at <= to);
  const older = await Promise.all(listed.map((one) => readCheckpoint(deps, one.key)));
  let checkpoints = 1;
  for (const [at, one] of older.entries()) {
    const name = listed[at]?.key ?? '';
    if (one === undefined || judgeSignature(deps, one, name, { quorum: 0 }) === undefined) continue;
    if (await isPrefix(deps, { tree, newest, rootAt }, one, name)) checkpoints++;
  }
  const report = {
    origin: newest.origin,
    uri: deps.uri(tree.folder),
    size: newest.size,
    checkpoints,
    witnesses: signed,
  };
  return { tree, checkpoint: newest, report, rootAt };
}

/** Whether an earlier checkpoint is the beginning of the tree; a finding says how it is not. */
export async function isPrefix(
  deps: CheckDeps,
  {
    tree,
    newest,
    rootAt,
  }: {
    readonly tree: PublishedTree;
    readonly newest: SignedCheckpoint;
    readonly rootAt: CheckedTree['rootAt'];
  },
  older: SignedCheckpoint,
  name: string,
): Promise<boolean> {
  const note = noteFor(deps);
  if (older.size > newest.size) {
    note(
      'tree-cut',
      'Tree',
      tree.folder,
      `has ${newest.size} leaves, and ${older.size} when ${deps.uri(name)} was signed: its end was cut off, or that checkpoint is newer than what was published last`,
    );
    return false;
  }
  const root = await rootAt(older.size);
  if (root === undefined) return false;
  if (root.equals(older.root)) return true;
  note(
    'tree-changed',
    'Tree',
    tree.folder,
    `is not what grew out of the ${older.size} leaves of ${deps.uri(name)}: history was rewritten`,
  );
  return false;
}

function roots(deps: CheckDeps, tree: PublishedTree, newest: SignedCheckpoint): CheckedTree['rootAt'] {
  const readTile = tileReader(deps.read, tree.folder, newest.size);
  const reader = createTreeReader(newest.size, async (tile) => {
    const hashes = await readTile(tile);
    if ('problem' in hashes) throw new MissingTile(hashes);
    return hashes;
  });
  return async (size) => {
    try {
      return await reader.rootAt(size);
    } catch (error) {
      if (!(error instanceof MissingTile)) throw error;
      noteTile(deps, tree, error.tile);
      return undefined;
    }
  };
}

/** Carries a tile's problem out of a computation. */
class MissingTile extends Error {
  readonly tile: TileProblem;

  constructor(tile: TileProblem) {
    super(tile.problem);
    this.tile = tile;
  }
}

export function noteTile(deps: CheckDeps, tree: PublishedTree, { key, problem }: TileProblem): void {
  const message = problem === 'not found' ? `${deps.uri(key)} is not found` : `${deps.uri(key)} was changed`;
  noteFor(deps)('tree-changed', 'Tree', tree.folder, message);
}

async function readCheckpoint(deps: CheckDeps, key: string): Promise<SignedCheckpoint | undefined> {
  const bytes = await deps.read(key);
  const note = noteFor(deps);
  if (bytes === undefined) {
    note('checkpoint-format', 'Checkpoint', key, 'not found');
    return undefined;
  }
  try {
    return parseCheckpoint(bytes, 'it');
  } catch {
    note('checkpoint-format', 'Checkpoint', key, 'invalid format');
    return undefined;
  }
}

/** Names of the witnesses that cosigned; undefined when a signature is false or missing. */
export function judgeSignature(
  deps: CheckDeps,
  checkpoint: SignedCheckpoint,
  name: string,
  { quorum }: { readonly quorum: number } = deps.trust,
): readonly string[] | undefined {
  const { key, witnesses } = deps.trust;
  if (key === undefined) {
    const message = 'its signature is not checked: the public key was not given (--public-key)';
    deps.findings.push({
      kind: 'checkpoint-unproven',
      severity: 'unproven',
      subject: 'Checkpoint',
      uri: deps.uri(name),
      message,
    });
    return [];
  }
  const signed = checkSigned(checkpoint, { key, witnesses, quorum });
  if ('reason' in signed) {
    noteFor(deps)('checkpoint-signature', 'Checkpoint', name, signed.reason);
    return undefined;
  }
  return signed.witnesses.map((one) => one.name);
}

function noteFor({ findings, uri }: CheckDeps) {
  return (
    kind: ProofFinding['kind'],
    subject: ProofFinding['subject'],
    key: string,
    message: string,
  ): void => {
    findings.push({ kind, severity: 'invalid', subject, uri: uri(key), message });
  };
}
