import { hash } from 'node:crypto';

/** A folder of a bucket that gets the tree, and the trails for whose sake it does. */
export type ProofPlace = {
  readonly bucket: string;
  /** `AWSLogs/123456789012`, with the trail's prefix before it: beside `CloudTrail` and `CloudTrail-Digest`. */
  readonly folder: string;
  readonly trails: readonly PlaceTrail[];
};

export type PlaceTrail = {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly homeRegion: string;
  /** When its newest digest was delivered, ms: the tree follows it. */
  readonly digestAt: number;
};

/** What stands before a published tree's own paths (`checkpoint`, `tile/…`): trees of several installations may share a bucket. */
export function treeFolder(folder: string, origin: string): string {
  return `${folder}/CloudTrail-Proof/${hash('sha256', origin, 'hex').slice(0, 16)}`;
}

/** `checkpoints/2026/11/29/20261129T054425Z_1234`: one for each time the tree was published. */
export function checkpointKey(at: number, size: number): string {
  const iso = new Date(at).toISOString().slice(0, 19);
  const stamp = `${iso.replaceAll(/[-:]/g, '')}Z`;
  return `checkpoints/${iso.slice(0, 10).replaceAll('-', '/')}/${stamp}_${size}`;
}

/** `trails/us-east-1_audit`: that log files of this trail are in the tree. */
export function trailKey({ homeRegion, name }: Pick<PlaceTrail, 'homeRegion' | 'name'>): string {
  return `trails/${homeRegion}_${name}`;
}

export type PublishedName = { readonly root: string; readonly id: string; readonly path: string };

/** A key of a published tree, taken apart: what stands before the tree's folder, the tree, the path in it. */
export function readPublishedKey(key: string): PublishedName | undefined {
  const match =
    /^((?:[^]*\/)?AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?\d{12}\/)CloudTrail-Proof\/([0-9a-f]{16})\/(.+)$/.exec(
      key,
    );
  if (match === null) return undefined;
  const [, root = '', id = '', path = ''] = match;
  return { root, id, path };
}

/** Time (seconds) and size of a path that `checkpointKey` made. */
export function readCheckpointKey(path: string): { readonly at: number; readonly size: number } | undefined {
  const match = /^checkpoints\/\d{4}\/\d{2}\/\d{2}\/(\d{8}T\d{6}Z)_(\d{1,16})$/.exec(path);
  if (match?.[1] === undefined) return undefined;
  const iso = match[1].replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z');
  return { at: Date.parse(iso) / 1000, size: Number(match[2]) };
}
