import type { DigestName } from './key-names.ts';
import type { DigestProblem, FoundDigest } from './read-digest.ts';

/** One link of a chain: a digest that was found, good or bad. */
export type Link = {
  readonly name: DigestName;
  readonly uri: string;
  /** Undefined when it could not be read as a digest. */
  readonly digest: FoundDigest | undefined;
  readonly problem: DigestProblem | undefined;
};

/** Digests of one trail in one region, oldest first. */
export type Chain = {
  readonly id: ChainId;
  readonly links: readonly Link[];
};

export type ChainId = Pick<
  DigestName,
  'root' | 'organization' | 'account' | 'region' | 'trail' | 'homeRegion' | 'backfill'
>;

export function chainKey(name: DigestName): string {
  return [name.organization, name.account, name.region, name.trail, name.homeRegion, name.backfill].join(' ');
}

/** The usual length of a digest's window in seconds: the median; undefined without any. */
export function usualWindow(links: readonly Link[]): number | undefined {
  const lengths = links
    .flatMap(({ digest }) =>
      digest === undefined ? [] : [digest.body.endSeconds - digest.body.startSeconds],
    )
    .sort((a, b) => a - b);
  return lengths[Math.floor(lengths.length / 2)];
}
