import type { BucketPort } from '../aws/ports.ts';
import type { Clock } from '../base/clock.ts';
import { newEventId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Registry } from '../base/metrics.ts';
import type { Config } from '../config.ts';
import type { MasterKey } from '../embedded/iam/master-key.ts';
import type { FollowerStatus } from '../store/contract.ts';
import { createFollower } from '../store/follow/follower.ts';
import { parseWitness } from '../use/proofs/checkpoints/ask-witness.ts';
import { createCheckpoints, type Checkpoints } from '../use/proofs/checkpoints/create-checkpoints.ts';
import { openSigningKey } from '../use/proofs/checkpoints/signing-key.ts';
import { createTreeWriter } from '../use/proofs/follow-journal.ts';
import { showTree } from '../use/proofs/metrics.ts';
import { proveEvent } from '../use/proofs/prove/prove-event.ts';
import { createPublisher } from '../use/proofs/publish/create-publisher.ts';
import type { ProofPlace } from '../use/proofs/publish/places.ts';
import { digestPlaces } from '../use/trails/digests/proof-places.ts';
import type { Closing } from './closing.ts';
import type { Store } from './store.ts';

export type ProofsDeps = {
  readonly config: Config;
  readonly store: Store;
  readonly masterKey: MasterKey;
  readonly buckets: BucketPort;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly closing: Closing;
};

export type Proofs = Awaited<ReturnType<typeof openProofs>>;

const FOLLOWER = 'proofs';
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_ENTRIES = 4000;
/** Milliseconds. */
const LINGER = 250;

/**
 * The tree that every record becomes a leaf of, its checkpoints, and where they are published. Opened before the trails and closed after them, so
 * that their last digests are followed by the tree that belongs to them.
 */
export async function openProofs(deps: ProofsDeps) {
  const { store, clock, log, metrics, closing } = deps;
  const { tree } = store;
  const follower = followerOf(deps);
  await follower.start();
  closing.add('proofs follower', () => follower.stop());
  const { checkpoints, key } = await openCheckpoints(deps);
  closing.add('checkpoints', () => checkpoints.stop());
  const publisher = createPublisher({
    tree,
    checkpoints,
    settings: store.settings,
    buckets: deps.buckets,
    places: () => placesOf(store),
    head: store.journal.head,
    clock,
    log,
  });
  publisher.start();
  closing.add('proof publisher', () => publisher.stop());
  showTree(metrics, { tree, checkpoints });
  const proving = { tree, checkpoints, events: store.events, journal: store.journal };
  return {
    status: (): FollowerStatus => statusOf(follower.status(), checkpoints),
    /** `NAME+ID+KEY`: what proofs and checkpoints are checked with. */
    publicKey: key.verifier.text,
    checkpoint: () => checkpoints.covering(tree.size()),
    tile: tree.tile,
    prove: (eventId: string, context: Parameters<typeof proveEvent>[2]) =>
      proveEvent(proving, eventId, context),
  };
}

/** The tree itself says how far it is: its cursor is written with its leaves, as one. The settings' copy keeps the journal's numbers growing. */
function followerOf({ store, clock, log }: ProofsDeps) {
  const { tree, journal, events, cursors } = store;
  return createFollower({
    name: FOLLOWER,
    journal,
    cursors: {
      ...cursors,
      get: async () => tree.throughSeq(),
      pending: async () => undefined,
      begin: async () => undefined,
    },
    fallback: events.bySequence,
    apply: createTreeWriter(tree).apply,
    maxBytes: MOST_BYTES,
    maxEntries: MOST_ENTRIES,
    linger: LINGER,
    clock,
    log,
  });
}

async function openCheckpoints({ config, store, masterKey, clock, log }: ProofsDeps) {
  const key = await openSigningKey({
    settings: store.settings,
    seal: masterKey.seal,
    open: masterKey.open,
    origin: config.proof_origin ?? (await originOf(store)),
    file: config.proof_key_file,
    now: clock.now(),
  });
  const checkpoints = createCheckpoints({
    tree: store.tree,
    settings: store.settings,
    key,
    witnesses: config.witnesses.map(parseWitness),
    quorum: config.proof_quorum,
    interval: config.proof_interval,
    clock,
    log,
  });
  await checkpoints.start();
  return { checkpoints, key };
}

/** One tree an installation: its name is made with it. */
async function originOf({ meta }: Store): Promise<string> {
  const known = await meta.get('proof-origin');
  if (known !== undefined) return known;
  const made = `opentrail/${newEventId()}`;
  await meta.set('proof-origin', made);
  return made;
}

async function placesOf({ settings }: Store): Promise<readonly ProofPlace[]> {
  const trails = await digestPlaces(settings);
  const places = Map.groupBy(trails, ({ bucket, folder }) => `${bucket}/${folder}`);
  return [...places.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ bucket: first.bucket, folder: first.folder, trails: group }];
  });
}

/** A tree that cannot be signed is as bad as one that does not grow. */
function statusOf(status: FollowerStatus, checkpoints: Checkpoints): FollowerStatus {
  return { ...status, failing: status.failing ?? checkpoints.status().failing };
}
