import type { ChainRow } from '../settings.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';

/** All chains of the trail, by region. */
export function chainsOf(settings: TrailSettings, trailId: string): Promise<ChainRow[]> {
  return settings
    .selectFrom('trail_digest_chains')
    .selectAll()
    .where('trail_id', '=', trailId)
    .orderBy('region')
    .execute();
}

/**
 * Sees to it that every region of a validated trail has a chain: its home, for a multi-region trail also `regions` and those where it
 * delivered files; and that those of regions it no longer covers come to an end. `now` in seconds.
 */
export async function ensureChains(
  settings: TrailSettings,
  trail: Trail,
  { regions, now }: { readonly regions: readonly string[]; readonly now: number },
): Promise<void> {
  const chains = new Map((await chainsOf(settings, trail.id)).map((chain) => [chain.region, chain]));
  const wanted = await wantedRegions(settings, trail, { regions, known: [...chains.keys()] });
  const home = chains.get(trail.home_region);
  for (const region of wanted) {
    const chain = chains.get(region);
    // A region that is seen for the first time joins the hour that is running.
    const start = home?.state === 'open' ? home.start_seconds : now;
    if (chain === undefined) await startChain(settings, { trail, region, start });
    else if (chain.state === 'ended')
      await restartChain(settings, chain, Math.max(start, chain.start_seconds));
  }
  for (const chain of chains.values()) {
    if (chain.state === 'open' && !wanted.has(chain.region)) await closeChain(settings, chain);
  }
}

async function wantedRegions(
  settings: TrailSettings,
  trail: Trail,
  { regions, known }: { regions: readonly string[]; known: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (trail.validation === 0) return new Set();
  if (trail.multi_region === 0) return new Set([trail.home_region]);
  const files = await settings
    .selectFrom('trail_log_files')
    .select('region')
    .distinct()
    .where('trail_id', '=', trail.id)
    .execute();
  return new Set([trail.home_region, ...regions, ...known, ...files.map((file) => file.region)]);
}

async function startChain(
  settings: TrailSettings,
  { trail, region, start }: { trail: Trail; region: string; start: number },
): Promise<void> {
  await settings
    .insertInto('trail_digest_chains')
    .values({
      trail_id: trail.id,
      region,
      start_seconds: start,
      prev_bucket: null,
      prev_key: null,
      prev_hash: null,
      prev_signature: null,
      state: 'open',
    })
    .execute();
}

async function restartChain(settings: TrailSettings, chain: ChainRow, start: number): Promise<void> {
  await settings
    .updateTable('trail_digest_chains')
    .set({ state: 'open', start_seconds: start })
    .where('trail_id', '=', chain.trail_id)
    .where('region', '=', chain.region)
    .execute();
}

async function closeChain(settings: TrailSettings, chain: ChainRow): Promise<void> {
  await settings
    .updateTable('trail_digest_chains')
    .set({ state: 'closing' })
    .where('trail_id', '=', chain.trail_id)
    .where('region', '=', chain.region)
    .execute();
}
