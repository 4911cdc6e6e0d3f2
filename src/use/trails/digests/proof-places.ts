import type { Settings } from '../../../store/settings/contract.ts';
import { accountFolder } from '../delivery/log-file.ts';
import type { TrailTables } from '../settings.ts';

/** Where a trail with validation delivers to, and when its newest digest came (ms). */
export type DigestPlace = {
  readonly bucket: string;
  readonly folder: string;
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly homeRegion: string;
  readonly digestAt: number;
};

/** For whoever puts something beside the digests. */
export async function digestPlaces(settings: Settings<TrailTables>): Promise<readonly DigestPlace[]> {
  const trails = await settings
    .selectFrom('trails')
    .selectAll()
    .where('validation', '=', 1)
    .where('digest_at', 'is not', null)
    .execute();
  return trails.map((trail) => ({
    bucket: trail.bucket,
    folder: accountFolder({
      prefix: trail.key_prefix,
      organization: trail.organization ?? '',
      account: trail.account,
    }),
    arn: trail.arn,
    account: trail.account,
    name: trail.name,
    homeRegion: trail.home_region,
    digestAt: trail.digest_at ?? 0,
  }));
}
