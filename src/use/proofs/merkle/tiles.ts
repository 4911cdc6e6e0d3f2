/** Where hashes lie in tiles of 256: https://c2sp.org/tlog-tiles */
export type Tile = {
  readonly level: number;
  readonly index: number;
  /** Hashes in it: 256, or fewer at the right edge. */
  readonly width: number;
};

export const TILE_WIDTH = 256;
const HIGHEST_LEVEL = 63;

/** `tile/0/x001/x234/067` or `tile/0/x001/x234/067.p/112`. */
export function tilePath({ level, index, width }: Tile): string {
  const groups: string[] = [];
  let rest = index;
  do {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
    rest = Math.floor(rest / 1000);
  } while (rest > 0);
  const place = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${place}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** Undefined for anything else than the one spelling of a tile. */
export function parseTilePath(path: string): Tile | undefined {
  const match = /^tile\/(\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (match === null) return undefined;
  const index = Number(match[2]?.replaceAll(/[x/]/g, ''));
  const tile = {
    level: Number(match[1]),
    index,
    width: match[3] === undefined ? TILE_WIDTH : Number(match[3]),
  };
  const isTile =
    tile.level <= HIGHEST_LEVEL && Number.isSafeInteger(index) && tile.width >= 1 && tile.width <= TILE_WIDTH;
  return isTile && tilePath(tile) === path ? tile : undefined;
}

/** Hashes that a tree of `size` leaves has at a level of tiles: only full tiles have one in the level above. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** The tile as it is in a tree of `size` leaves; width 0 when it is not there. */
export function tileIn(size: number, level: number, index: number): Tile {
  const left = hashesAt(level, size) - index * TILE_WIDTH;
  return { level, index, width: Math.max(0, Math.min(TILE_WIDTH, left)) };
}

/** The tiles that a tree of `to` leaves has and one of `from` leaves has not, or not as wide; lowest level first. */
export function* tilesBetween(from: number, to: number): Generator<Tile> {
  for (let level = 0; hashesAt(level, to) > 0; level++) {
    const [had, has] = [hashesAt(level, from), hashesAt(level, to)];
    if (had === has) continue;
    for (let index = Math.floor(had / TILE_WIDTH); index * TILE_WIDTH < has; index++)
      yield tileIn(to, level, index);
  }
}
