import { isDeepStrictEqual } from 'node:util';

import type { BucketPort } from '../../../aws/ports.ts';
import type { Clock } from '../../../base/clock.ts';
import { pack } from '../delivery/log-file.ts';
import type { ChainRow, DigestPlanRow } from '../settings.ts';
import { encryptionOf } from '../encryption.ts';
import type { Trail, TrailSettings } from '../trail-store.ts';
import { chainsOf } from './chains.ts';
import {
  digestDocument,
  digestKey,
  signDigest,
  SIGNATURE_ALGORITHM,
  type DigestFacts,
} from './digest-document.ts';
import type { DigestKeys } from './digest-keys.ts';

export type DigestDeps = {
  readonly settings: TrailSettings;
  readonly buckets: Pick<BucketPort, 'put'>;
  readonly keys: Pick<DigestKeys, 'signingKey' | 'byFingerprint'>;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly digestInterval: number;
  /** Makes what is written durable against a power cut: a digest that was delivered and forgotten would fork its chain. */
  readonly settle?: (() => Promise<void>) | undefined;
};

/**
 * Delivers the digests that are due, one for each account and region of the trail. A digest covers whole intervals since the one before: usually one,
 * after a pause (server down, bucket refusing) all that went by, so that windows touch and no backlog of empty digests is written.
 * With `ending`, the last digest of each chain is written as soon as its second is over. Resolves true when nothing is left to be done of it.
 */
export async function deliverDigests(
  deps: DigestDeps,
  trail: Trail,
  { ending }: { readonly ending: boolean },
): Promise<boolean> {
  for (const plan of await pendingPlans(deps, trail.id)) await carryOut(deps, trail, plan);
  for (const chain of await chainsOf(deps.settings, trail.id)) {
    if (chain.state === 'ended') continue;
    const final = ending || chain.state === 'closing';
    const end = final ? await finalEnd(deps, chain) : regularEnd(deps, chain);
    if (end !== undefined) await carryOut(deps, trail, await makePlan(deps, { trail, chain, end, final }));
  }
  if (!ending) return true;
  return (await chainsOf(deps.settings, trail.id)).every((chain) => chain.state === 'ended');
}

function regularEnd(deps: DigestDeps, chain: ChainRow): number | undefined {
  const interval = Math.max(1, Math.floor(deps.digestInterval / 1000));
  const passed = Math.floor((nowSeconds(deps) - chain.start_seconds) / interval);
  return passed < 1 ? undefined : chain.start_seconds + passed * interval;
}

/** The current second, once it lies behind the chain's last digest and behind every file that is still to be named. */
async function finalEnd(deps: DigestDeps, chain: ChainRow): Promise<number | undefined> {
  const newest = await deps.settings
    .selectFrom('trail_log_files')
    .select((select) => select.fn.max('delivered_at').as('at'))
    .where((where) => where.and(placeOf(chain)))
    .executeTakeFirst();
  const end = nowSeconds(deps);
  const isPast = end > chain.start_seconds && end * 1000 >= Number(newest?.at ?? 0);
  return isPast ? end : undefined;
}

function pendingPlans(deps: DigestDeps, trailId: string): Promise<DigestPlanRow[]> {
  return deps.settings
    .selectFrom('trail_digest_plans')
    .selectAll()
    .where('trail_id', '=', trailId)
    .orderBy('end_seconds')
    .execute();
}

/** Fixes the window, the key and the files of the digest before anything is written. */
async function makePlan(
  deps: DigestDeps,
  { trail, chain, end, final }: { trail: Trail; chain: ChainRow; end: number; final: boolean },
): Promise<DigestPlanRow> {
  const place = placeOf(chain);
  const { fingerprint } = await deps.keys.signingKey(end * 1000);
  const plan: DigestPlanRow = {
    id: `${Object.values(place).join('/')}/${end}`,
    ...place,
    start_seconds: chain.start_seconds,
    end_seconds: end,
    fingerprint,
    final: Number(final),
    ...destinationOf(trail, { ...place, end_seconds: end }),
  };
  await deps.settings.transaction().execute(async (tx) => {
    await tx.insertInto('trail_digest_plans').values(plan).execute();
    await tx
      .updateTable('trail_log_files')
      .set({ digest_plan: plan.id })
      .where((where) => where.and(place))
      .where('digest_plan', 'is', null)
      .where('delivered_at', '<=', end * 1000)
      .execute();
  });
  await deps.settle?.();
  return plan;
}

async function carryOut(deps: DigestDeps, trail: Trail, plan: DigestPlanRow): Promise<void> {
  const facts = await factsOf(deps, trail, plan);
  const { privateKey } = await deps.keys.byFingerprint(plan.fingerprint);
  const content = Buffer.from(digestDocument(facts), 'utf8');
  const signature = signDigest(facts, content, privateKey);
  const { body, hash } = await pack([content]);
  await deps.buckets.put({
    bucket: facts.bucket,
    key: facts.key,
    body,
    contentType: 'application/json',
    contentEncoding: 'gzip',
    metadata: { signature, 'signature-algorithm': SIGNATURE_ALGORITHM },
    acl: 'bucket-owner-full-control',
    kms: encryptionOf(trail),
    source: { arn: trail.arn, accountId: trail.account },
  });
  await commit(deps, plan, { bucket: facts.bucket, key: facts.key, hash, signature });
}

async function factsOf(deps: DigestDeps, trail: Trail, plan: DigestPlanRow): Promise<DigestFacts> {
  const chain = (await chainsOf(deps.settings, trail.id)).find((row) =>
    isDeepStrictEqual(placeOf(row), placeOf(plan)),
  );
  const planned = destinationOf(trail, plan);
  const files = await deps.settings
    .selectFrom('trail_log_files')
    .selectAll()
    .where('digest_plan', '=', plan.id)
    .orderBy('key')
    .execute();
  return {
    account: plan.account,
    bucket: plan.bucket ?? planned.bucket,
    key: plan.key ?? planned.key,
    startSeconds: plan.start_seconds,
    endSeconds: plan.end_seconds,
    fingerprint: plan.fingerprint,
    previous: chain === undefined ? undefined : previousOf(chain),
    logFiles: files.map((file) => ({
      bucket: file.bucket,
      key: file.key,
      hash: file.hash,
      newestSeconds: file.newest_seconds,
      oldestSeconds: file.oldest_seconds,
    })),
  };
}

type Place = Pick<ChainRow, 'trail_id' | 'organization' | 'account' | 'region'>;

function placeOf({ trail_id, organization, account, region }: Place): Place {
  return { trail_id, organization, account, region };
}

function destinationOf(
  trail: Trail,
  { organization, account, region, end_seconds: endSeconds }: Place & { end_seconds: number },
): { bucket: string; key: string } {
  const { bucket, key_prefix: prefix, name: trailName, home_region: homeRegion } = trail;
  const key = digestKey({ prefix, organization, account, region, trailName, homeRegion, endSeconds });
  return { bucket, key };
}

function previousOf(chain: ChainRow): DigestFacts['previous'] {
  const { prev_bucket: bucket, prev_key: key, prev_hash: hash, prev_signature: signature } = chain;
  if (bucket === null || key === null || hash === null || signature === null) return undefined;
  return { bucket, key, hash, signature };
}

/** The chain moves on and its files are done with, in one step. */
async function commit(
  deps: DigestDeps,
  plan: DigestPlanRow,
  digest: { bucket: string; key: string; hash: string; signature: string },
): Promise<void> {
  const next =
    plan.final === 1
      ? {
          prev_bucket: null,
          prev_key: null,
          prev_hash: null,
          prev_signature: null,
          state: 'ended' as const,
        }
      : {
          prev_bucket: digest.bucket,
          prev_key: digest.key,
          prev_hash: digest.hash,
          prev_signature: digest.signature,
        };
  await deps.settings.transaction().execute(async (tx) => {
    await tx
      .updateTable('trail_digest_chains')
      .set({ ...next, start_seconds: plan.end_seconds })
      .where((where) => where.and(placeOf(plan)))
      .execute();
    await tx.deleteFrom('trail_log_files').where('digest_plan', '=', plan.id).execute();
    await tx.deleteFrom('trail_digest_plans').where('id', '=', plan.id).execute();
    await tx
      .updateTable('trails')
      .set({ digest_at: deps.clock.now(), digest_error: null })
      .where('id', '=', plan.trail_id)
      .execute();
  });
}

function nowSeconds(deps: DigestDeps): number {
  return Math.floor(deps.clock.now() / 1000);
}
