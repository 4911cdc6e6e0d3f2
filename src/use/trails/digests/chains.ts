import type { Folder } from '../organizations/folders.ts';
import { foldersOf } from '../organizations/folders.ts';
import type { ChainRow } from '../settings.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';

/** All chains of the trail, by account and region. */
export function chainsOf(settings: TrailSettings, trailId: string): Promise<ChainRow[]> {
  return settings
    .selectFrom('trail_digest_chains')
    .selectAll()
    .where('trail_id', '=', trailId)
    .orderBy('organization')
    .orderBy('account')
    .orderBy('region')
    .execute();
}

type Place = Folder & { readonly region: string };

export type EnsureChains = {
  /** Regions of a multi-region trail that have chains from the start. */
  readonly regions: readonly string[];
  /** Seconds. */
  readonly now: number;
  /** The journal's entry that the trail delivers next: accounts that left before it are done with. */
  readonly nextSeq: number;
  /** All is delivered and the last digests are being written: chains that ended stay so, unless files wait that no digest names. */
  readonly ending: boolean;
};

/**
 * Sees to it that every account and region of a validated trail has a chain: its home, for a multi-region trail also `regions` and those where
 * it delivered files; and that those of accounts and regions it no longer covers come to an end.
 */
export async function ensureChains(
  settings: TrailSettings,
  trail: Trail,
  ensure: EnsureChains,
): Promise<void> {
  const all = await chainsOf(settings, trail.id);
  const chains = new Map(all.map((chain) => [nameOf(chain), chain]));
  const files = trail.validation === 1 ? await unnamedFiles(settings, trail.id) : [];
  const wanted = await wantedPlaces(settings, trail, { ...ensure, known: [...all, ...files] });
  const waiting = new Set(files.map(nameOf));
  const running = all.find((chain) => chain.state === 'open' && chain.region === trail.home_region);
  for (const [name, place] of wanted) {
    const chain = chains.get(name);
    // A region that is seen for the first time joins the hour that is running.
    const start = running?.start_seconds ?? ensure.now;
    if (chain === undefined) await startChain(settings, { trail, place, start, state: 'open' });
    else if (chain.state === 'ended' && (!ensure.ending || waiting.has(name)))
      await restartChain(settings, chain, { start: Math.max(start, chain.start_seconds), state: 'open' });
  }
  for (const [name, chain] of chains) {
    if (chain.state === 'open' && !wanted.has(name)) await setState(settings, chain, { state: 'closing' });
  }
  for (const file of files) {
    if (!wanted.has(nameOf(file))) await nameLate(settings, trail, { file, chain: chains.get(nameOf(file)) });
  }
}

async function wantedPlaces(
  settings: TrailSettings,
  trail: Trail,
  { regions, nextSeq, known }: EnsureChains & { known: readonly Place[] },
): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  if (trail.validation === 0) return places;
  const add = (place: Place): void => void places.set(nameOf(place), place);
  const folders = (await foldersOf(settings, trail)).from(nextSeq);
  for (const folder of folders) {
    add({ ...folder, region: trail.home_region });
    if (trail.multi_region === 0) continue;
    for (const region of regions) add({ ...folder, region });
    for (const place of known) if (isOf(folder, place)) add({ ...folder, region: place.region });
  }
  return places;
}

type UnnamedFiles = Place & { readonly oldest: number };

/** Where delivered files wait for a digest, since when (ms). */
async function unnamedFiles(settings: TrailSettings, trailId: string): Promise<readonly UnnamedFiles[]> {
  return settings
    .selectFrom('trail_log_files')
    .select(['organization', 'account', 'region'])
    .select((select) => select.fn.min('delivered_at').as('oldest'))
    .where('trail_id', '=', trailId)
    .groupBy(['organization', 'account', 'region'])
    .execute();
}

/** Files that came when their account or region was gone already: one digest more names them. */
async function nameLate(
  settings: TrailSettings,
  trail: Trail,
  { file, chain }: { file: UnnamedFiles; chain: ChainRow | undefined },
): Promise<void> {
  const start = Math.floor(file.oldest / 1000);
  if (chain === undefined) await startChain(settings, { trail, place: file, start, state: 'closing' });
  else if (chain.state === 'ended')
    await restartChain(settings, chain, { start: Math.max(start, chain.start_seconds), state: 'closing' });
}

async function startChain(
  settings: TrailSettings,
  { trail, place, start, state }: { trail: Trail; place: Place; start: number; state: ChainRow['state'] },
): Promise<void> {
  const { organization, account, region } = place;
  await settings
    .insertInto('trail_digest_chains')
    .values({
      trail_id: trail.id,
      organization,
      account,
      region,
      start_seconds: start,
      prev_bucket: null,
      prev_key: null,
      prev_hash: null,
      prev_signature: null,
      state,
    })
    .execute();
}

function restartChain(
  settings: TrailSettings,
  chain: ChainRow,
  { start, state }: { start: number; state: ChainRow['state'] },
): Promise<void> {
  return setState(settings, chain, { state, start_seconds: start });
}

async function setState(
  settings: TrailSettings,
  { trail_id, organization, account, region }: ChainRow,
  set: Partial<Pick<ChainRow, 'state' | 'start_seconds'>>,
): Promise<void> {
  await settings
    .updateTable('trail_digest_chains')
    .set(set)
    .where((where) => where.and({ trail_id, organization, account, region }))
    .execute();
}

function nameOf({ organization, account, region }: Place): string {
  return `${organization}/${account}/${region}`;
}

function isOf(folder: Folder, place: Place): boolean {
  return folder.organization === place.organization && folder.account === place.account;
}
