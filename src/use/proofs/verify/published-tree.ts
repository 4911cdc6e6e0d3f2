import { HASH_BYTES, perfectRoot } from '../merkle/hashing.ts';
import { hashesAt, TILE_WIDTH, tileIn, tilePath, type Tile } from '../merkle/tiles.ts';
import { readCheckpointKey, readPublishedKey } from '../publish/places.ts';

/** Reads a file of the source; undefined when there is none. */
export type ReadFile = (key: string) => Promise<Uint8Array | undefined>;

/** One tree as it was published into one folder, by what its listing tells. */
export type PublishedTree = {
  /** Key before `checkpoint`, `tile/…`, with its slash. */
  readonly folder: string;
  /** What stands before `AWSLogs/`, and the organization behind it: the trails it holds deliver there. */
  readonly place: string;
  /** Keys of its checkpoints, oldest first. */
  readonly checkpoints: readonly { readonly key: string; readonly at: number; readonly size: number }[];
  /** `REGION_NAME` of trails whose records are in it. */
  readonly trails: ReadonlySet<string>;
};

export function publishedTrees(keys: readonly string[]): PublishedTree[] {
  const found = new Map<string, { place: string; paths: string[] }>();
  for (const key of keys) {
    const name = readPublishedKey(key);
    if (name === undefined) continue;
    const folder = `${name.root}CloudTrail-Proof/${name.id}/`;
    const tree = found.get(folder) ?? { place: name.root.replace(/\d{12}\/$/, ''), paths: [] };
    tree.paths.push(name.path);
    found.set(folder, tree);
  }
  return [...found].map(([folder, { place, paths }]) => ({
    folder,
    place,
    checkpoints: paths
      .flatMap((path) => {
        const told = readCheckpointKey(path);
        return told === undefined ? [] : [{ key: `${folder}${path}`, ...told }];
      })
      .sort((a, b) => a.at - b.at || a.size - b.size),
    trails: new Set(paths.flatMap((path) => /^trails\/([^/]+)$/.exec(path)?.[1] ?? [])),
  }));
}

/** Why a tile cannot be used. */
export type TileProblem = { readonly key: string; readonly problem: 'not found' | 'changed' };

/** Tiles of a tree of `size` leaves, which may also have grown since: then wider ones, or full ones, hold what is wanted. */
export function tileReader(
  read: ReadFile,
  folder: string,
  size: number,
): (tile: Tile) => Promise<Buffer | TileProblem> {
  return async (tile) => {
    const wanted = tile.width * HASH_BYTES;
    for (const width of new Set([tileIn(size, tile.level, tile.index).width, TILE_WIDTH])) {
      const bytes = await read(`${folder}${tilePath({ ...tile, width })}`);
      if (bytes !== undefined && bytes.length >= wanted) return Buffer.from(bytes).subarray(0, wanted);
    }
    return { key: `${folder}${tilePath(tile)}`, problem: 'not found' };
  };
}

/**
 * Hashes of leaves, newest tile first, each held against the tile above it: only the tiles at the right edge, which make the root, are taken as they
 * are. Ends with the problem when one is missing or does not fit.
 */
export async function* leafTiles(
  readTile: (tile: Tile) => Promise<Buffer | TileProblem>,
  { folder, size }: { readonly folder: string; readonly size: number },
): AsyncGenerator<Buffer | TileProblem> {
  const known = new Map<string, Promise<Buffer | TileProblem>>();
  const checked = (level: number, index: number): Promise<Buffer | TileProblem> => {
    const id = `${level}/${index}`;
    const tile = known.get(id) ?? fits(level, index);
    if (level > 0) known.set(id, tile);
    return tile;
  };
  const fits = async (level: number, index: number): Promise<Buffer | TileProblem> => {
    const place = tileIn(size, level, index);
    const hashes = await readTile(place);
    if ('problem' in hashes || place.width < TILE_WIDTH) return hashes;
    const above = await checked(level + 1, Math.floor(index / TILE_WIDTH));
    if ('problem' in above) return above;
    const at = (index % TILE_WIDTH) * HASH_BYTES;
    return perfectRoot(hashes).equals(above.subarray(at, at + HASH_BYTES))
      ? hashes
      : { key: `${folder}${tilePath(place)}`, problem: 'changed' };
  };
  const last = Math.ceil(hashesAt(0, size) / TILE_WIDTH) - 1;
  for (let next = last; next >= 0; next -= AHEAD) {
    const indexes = Array.from({ length: Math.min(AHEAD, next + 1) }, (_, at) => next - at);
    for (const hashes of await Promise.all(indexes.map((index) => checked(0, index)))) {
      yield hashes;
      if ('problem' in hashes) return;
    }
  }
}

/** Tiles that are asked for at a time. */
const AHEAD = 32;
