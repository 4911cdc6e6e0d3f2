import type { Chain, Link } from './chain.ts';
import { readDigestKey, type DigestName } from './key-names.ts';
import { inParallel } from './parallel.ts';
import { readDigest, type FoundDigest } from './read-digest.ts';
import type { FileAddress, VerifySource } from './source.ts';

/** A digest that a later one links to, and that is not there. */
export type MissingDigest = {
  readonly address: FileAddress & { readonly bucket: string };
  readonly next: FoundDigest;
};

export type LoadedChain = Chain & { readonly missing: readonly MissingDigest[] };

/**
 * Reads the listed digests, and those they link to where these lie outside the listing (another bucket or prefix, before the range):
 * back to the one whose window holds `from`.
 */
export async function loadChain(
  source: VerifySource,
  names: readonly DigestName[],
  { from, width, done }: { readonly from: number; readonly width: number; readonly done: () => void },
): Promise<LoadedChain> {
  const links = new Map<string, Link>();
  await inParallel(names, width, async (name) => {
    const link = await loadLink(source, name, { bucket: source.bucket, key: name.key });
    if (link !== undefined) links.set(addressKey(source, { bucket: source.bucket, key: name.key }), link);
    done();
  });
  const missing: MissingDigest[] = [];
  const open = [...links.values()];
  for (let link = open.pop(); link !== undefined; link = open.pop()) {
    const previous = link.digest?.body.previous;
    if (link.digest === undefined || previous === undefined || link.digest.body.startSeconds <= from)
      continue;
    const id = addressKey(source, previous);
    if (links.has(id)) continue;
    const name = readDigestKey(previous.key);
    const found = name === undefined ? undefined : await loadLink(source, name, previous);
    if (found === undefined) {
      missing.push({ address: previous, next: link.digest });
      continue;
    }
    links.set(id, found);
    open.push(found);
  }
  const sorted = [...links.values()].sort((a, b) => a.name.endSeconds - b.name.endSeconds);
  return { id: names[0] as DigestName, links: sorted, missing };
}

/** In a folder the bucket is not known, and keys may have lost their prefix. */
export function addressKey(source: VerifySource, address: FileAddress): string {
  return source.uri(address);
}

export async function loadLink(
  source: VerifySource,
  name: DigestName,
  address: FileAddress,
): Promise<Link | undefined> {
  const file = await source.get(address);
  if (file === undefined) return undefined;
  const read = await readDigest(source, name, { file, address });
  const uri = source.uri(address);
  return 'kind' in read
    ? { name, uri, digest: undefined, problem: read }
    : { name, uri, digest: read, problem: undefined };
}
