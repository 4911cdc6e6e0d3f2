import type { BucketPort, PutObject } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import { OpentrailError } from '../../../base/errors.ts';
import { pause } from '../../../base/retry.ts';
import type { Checkpoints } from '../checkpoints/create-checkpoints.ts';
import { TILE_WIDTH, tilePath, tilesBetween } from '../merkle/tiles.ts';
import { formatNote } from '../note/signed-note.ts';
import type { ProofPlaceRow, ProofSettings } from '../settings.ts';
import type { ProofTree } from '../tree/open-tree.ts';
import { checkpointKey, trailKey, treeFolder, type ProofPlace } from './places.ts';

export type PublishDeps = {
  readonly tree: Pick<ProofTree, 'size' | 'tile' | 'throughSeq'>;
  /** Newest entry of the journal. */
  readonly head: () => number;
  readonly checkpoints: Pick<Checkpoints, 'covering'>;
  readonly settings: ProofSettings;
  readonly buckets: Pick<BucketPort, 'put'>;
  readonly clock: Clock;
};

/** Tiles are put so many at a time, and how far it came is noted after so many leaves. */
const WIDTH = 8;
/** Milliseconds. */
const PATIENCE = 5000;
const STRETCH = 64 * TILE_WIDTH;

/**
 * Brings a place up to the tree of now: first the tiles that are new or wider, then the checkpoint under a name of its own, the trails, and last
 * `checkpoint` itself, so that a reader never finds one whose tiles are missing. Repeating it writes the same bytes.
 */
export async function publishTree(deps: PublishDeps, place: ProofPlace): Promise<void> {
  const at = deps.clock.now();
  await caughtUp(deps);
  if (deps.tree.size() === 0) return;
  const checkpoint = await deps.checkpoints.covering(deps.tree.size());
  const put = putterOf(deps, place, treeFolder(place.folder, checkpoint.origin));
  let row = await rowOf(deps, place);
  for (let from = row.tiles_size; from < checkpoint.size; from = row.tiles_size) {
    const to = Math.min(checkpoint.size, (Math.floor(from / STRETCH) + 1) * STRETCH);
    await putTiles(deps, put, { from, to });
    row = await note(deps, { ...row, tiles_size: to });
  }
  const body = Buffer.from(formatNote(checkpoint.note));
  await put(checkpointKey(at, checkpoint.size), body, TEXT);
  for (const trail of place.trails) await put(trailKey(trail), Buffer.from(`${trail.arn}\n`), TEXT);
  await put('checkpoint', body, TEXT);
  await note(deps, { ...row, checkpoint_size: checkpoint.size, published_at: at });
}

/** Until the tree has everything that is in the journal now, and so all that was delivered before `at`. Throws when it does not get there. */
async function caughtUp({ tree, head }: PublishDeps): Promise<void> {
  const wanted = head();
  const end = performance.now() + PATIENCE;
  while (tree.throughSeq() < wanted) {
    if (performance.now() > end)
      throw new OpentrailError('NOT_FOUND', `the tree is ${wanted - tree.throughSeq()} entries behind`);
    await pause(50);
  }
}

type Put = (path: string, body: Uint8Array, contentType: string) => Promise<void>;

const TEXT = 'text/plain; charset=utf-8';

function putterOf({ buckets }: PublishDeps, { bucket, trails }: ProofPlace, folder: string): Put {
  const [first] = trails;
  const source: PutObject['source'] =
    first === undefined ? undefined : { arn: first.arn, accountId: first.account };
  return (path, body, contentType) =>
    buckets.put({
      bucket,
      key: `${folder}/${path}`,
      body,
      contentType,
      acl: 'bucket-owner-full-control',
      source,
    });
}

async function putTiles(
  { tree }: PublishDeps,
  put: Put,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const tiles = [...tilesBetween(from, to)];
  const work = async (): Promise<void> => {
    for (let tile = tiles.shift(); tile !== undefined; tile = tiles.shift()) {
      const hashes = await tree.tile(tile);
      if (hashes === undefined) throw new OpentrailError('BUG', `the tree has no ${tilePath(tile)}`);
      await put(tilePath(tile), hashes, 'application/octet-stream');
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
}

async function rowOf({ settings }: PublishDeps, { bucket, folder }: ProofPlace): Promise<ProofPlaceRow> {
  const row = await settings
    .selectFrom('proof_places')
    .selectAll()
    .where('bucket', '=', bucket)
    .where('folder', '=', folder)
    .executeTakeFirst();
  return row ?? { bucket, folder, tiles_size: 0, checkpoint_size: 0, published_at: 0 };
}

async function note({ settings }: PublishDeps, row: ProofPlaceRow): Promise<ProofPlaceRow> {
  await settings
    .insertInto('proof_places')
    .values(row)
    .onConflict((conflict) => conflict.columns(['bucket', 'folder']).doUpdateSet(row))
    .execute();
  return row;
}
