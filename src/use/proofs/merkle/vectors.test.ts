import { describe, expect, it } from 'vitest';

import { isConsistent, rootOfInclusion } from './check-proofs.ts';
import { EMPTY_ROOT, HASH_BYTES, leafHash, perfectRoot } from './hashing.ts';
import { parseTilePath, tileIn, tilePath, tilesBetween, type Tile } from './tiles.ts';
import { createTreeReader, type ReadTile } from './tree-reader.ts';

/** The reference tree of Certificate Transparency: leaves, the root of each size, and proofs (github.com/transparency-dev/merkle, proof/verify_test.go). */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(hex);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
].map(hex);
const INCLUSION = [
  {
    index: 0,
    size: 8,
    path: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    index: 5,
    size: 8,
    path: [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  { index: 2, size: 3, path: ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'] },
  {
    index: 1,
    size: 5,
    path: [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  },
];
const CONSISTENCY = [
  {
    oldSize: 1,
    newSize: 8,
    path: [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  },
  {
    oldSize: 6,
    newSize: 8,
    path: [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
  {
    oldSize: 2,
    newSize: 5,
    path: [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  },
  {
    oldSize: 6,
    newSize: 7,
    path: [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  },
];

describe('the reference tree', () => {
  it('has the published root at every size', async () => {
    expect(EMPTY_ROOT.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(await createTreeReader(0, tilesOf(LEAVES)).root()).toEqual(EMPTY_ROOT);
    for (const [at, root] of ROOTS.entries()) {
      expect(await createTreeReader(at + 1, tilesOf(LEAVES)).root()).toEqual(root);
      expect(await createTreeReader(8, tilesOf(LEAVES)).rootAt(at + 1)).toEqual(root);
    }
  });

  it.each(INCLUSION)(
    'gives and takes the published inclusion proof of leaf $index in $size',
    async (proof) => {
      const path = proof.path.map(hex);
      const { index, size } = proof;
      expect(await createTreeReader(size, tilesOf(LEAVES)).inclusion(index)).toEqual(path);
      const good = { index, size, leaf: leafHash(LEAVES[index]!), path };
      const root = ROOTS[size - 1]!;
      expect(rootOfInclusion(good)).toEqual(root);
      for (const bad of [
        { ...good, index: index + 1 },
        { ...good, index: index - 1 },
        { ...good, size: size * 2 },
        { ...good, size: Math.floor(size / 2) },
        { ...good, leaf: leafHash(Buffer.from('other')) },
        { ...good, leaf: Buffer.from('short') },
        { ...good, path: [...path, root] },
        { ...good, path: [root, ...path] },
        { ...good, path: path.slice(0, -1) },
        { ...good, path: [...path, Buffer.alloc(0)] },
        ...path.map((_, at) => ({ ...good, path: path.map((one, i) => (i === at ? flipped(one) : one)) })),
      ])
        expect(rootOfInclusion(bad)).not.toEqual(root);
    },
  );

  it.each(CONSISTENCY)('gives and takes the published proof from $oldSize to $newSize', async (proof) => {
    const path = proof.path.map(hex);
    const { oldSize, newSize } = proof;
    expect(await createTreeReader(newSize, tilesOf(LEAVES)).consistency(oldSize)).toEqual(path);
    const [oldRoot, newRoot] = [ROOTS[oldSize - 1]!, ROOTS[newSize - 1]!];
    const good = { oldSize, newSize, oldRoot, newRoot, path };
    expect(isConsistent(good)).toBe(true);
    for (const bad of [
      { ...good, oldSize: oldSize - 1 },
      { ...good, oldSize: oldSize + 1 },
      { ...good, newSize: newSize * 2 },
      { ...good, newSize: Math.floor(newSize / 2) },
      { ...good, oldRoot: newRoot },
      { ...good, newRoot: oldRoot },
      { ...good, path: [] },
      { ...good, path: path.slice(0, -1) },
      { ...good, path: [...path, oldRoot] },
      { ...good, path: [newRoot, ...path] },
      { ...good, path: [...path, Buffer.alloc(0)] },
      ...path.map((_, at) => ({ ...good, path: path.map((one, i) => (i === at ? flipped(one) : one)) })),
    ])
      expect(isConsistent(bad)).toBe(false);
  });

  it('asks for no proof where there is nothing to prove, and takes none', () => {
    const [one, two] = [ROOTS[0]!, ROOTS[1]!];
    type Case = [oldSize: number, newSize: number, oldRoot: Buffer, newRoot: Buffer, path?: Buffer[]];
    const of = (...[oldSize, newSize, oldRoot, newRoot, path = []]: Case) =>
      isConsistent({ oldSize, newSize, oldRoot, newRoot, path });
    expect([of(0, 0, one, one), of(0, 1, EMPTY_ROOT, one), of(1, 1, one, one)]).toEqual([true, true, true]);
    expect([of(1, 1, one, two), of(2, 1, two, one), of(1, 2, one, two)]).toEqual([false, false, false]);
    expect([of(1, 1, one, one, [two]), of(0, 1, EMPTY_ROOT, one, [two])]).toEqual([false, false]);
  });
});

describe('trees over several tiles', () => {
  const leaves = Array.from({ length: 70_000 }, (_, at) => Buffer.from(`leaf ${at}`));
  const read = tilesOf(leaves);

  it('proves any leaf, and any smaller tree', async () => {
    for (const size of [255, 256, 257, 511, 65_535, 65_536, 65_537, 70_000]) {
      const tree = createTreeReader(size, read);
      const root = await tree.root();
      for (const index of [0, 1, 254, Math.floor(size / 2), size - 2, size - 1]) {
        const leaf = leafHash(leaves[index]!);
        expect(await tree.leaf(index)).toEqual(leaf);
        const path = await tree.inclusion(index);
        expect(rootOfInclusion({ index, size, leaf, path })).toEqual(root);
      }
      for (const oldSize of [1, 2, 255, 256, Math.floor(size / 2), size - 1].filter((old) => old < size)) {
        const oldRoot = await createTreeReader(oldSize, read).root();
        expect(await tree.rootAt(oldSize)).toEqual(oldRoot);
        const path = await tree.consistency(oldSize);
        expect(isConsistent({ oldSize, newSize: size, oldRoot, newRoot: root, path })).toBe(true);
      }
    }
  });
});

describe('tile paths', () => {
  it('are those of the specification', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 3, index: 7, width: 112 })).toBe('tile/3/007.p/112');
    for (const path of ['tile/0/x001/x234/067', 'tile/63/000.p/1', 'tile/1/x001/000.p/255'])
      expect(tilePath(parseTilePath(path)!)).toBe(path);
  });

  it.each([
    'tile/00/000',
    'tile/64/000',
    'tile/0/x000/001',
    'tile/0/1',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/07',
    'tile/0/000/',
    'tile/entries/000',
    '../tile/0/000',
  ])('know no %s', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });

  it('count what a tree of 70,000 leaves has, as the specification does', () => {
    const all = [...tilesBetween(0, 70_000)];
    const of = (level: number, isFull: boolean) =>
      all.filter((tile) => tile.level === level && (tile.width === 256) === isFull).map((tile) => tile.width);
    expect([of(0, true).length, of(0, false), of(1, true).length, of(1, false), of(2, false)]).toEqual([
      273,
      [112],
      1,
      [17],
      [1],
    ]);
    expect(tileIn(256, 1, 0).width).toBe(1);
    expect([...tilesBetween(256, 257)]).toEqual([{ level: 0, index: 1, width: 1 }]);
  });
});

/** Tiles by their definition in the specification. */
function tilesOf(leaves: readonly Buffer[]): ReadTile {
  const levels = [leaves.map(leafHash)];
  const at = (level: number): Buffer[] => {
    const known = levels[level];
    if (known !== undefined) return known;
    const below = at(level - 1);
    const full = Math.floor(below.length / 256);
    const hashes = Array.from({ length: full }, (_, i) =>
      perfectRoot(Buffer.concat(below.slice(i * 256, (i + 1) * 256))),
    );
    levels[level] = hashes;
    return hashes;
  };
  return async ({ level, index, width }: Tile) => {
    const hashes = at(level).slice(index * 256, index * 256 + width);
    expect(hashes.length * HASH_BYTES).toBe(width * HASH_BYTES);
    return Buffer.concat(hashes);
  };
}

function flipped(hash: Buffer): Buffer {
  const copy = Buffer.from(hash);
  copy[0] = (copy[0] ?? 0) ^ 16;
  return copy;
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
