import { messageOf } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { backoff, pause } from '../../../base/retry.ts';
import type { ProofPlace } from './places.ts';
import { publishTree, type PublishDeps } from './publish-tree.ts';

export type Publisher = Stoppable & { readonly start: () => void };

export type PublisherDeps = PublishDeps & {
  /** Where trails with validation deliver to, now. */
  readonly places: () => Promise<readonly ProofPlace[]>;
  readonly log: Logger;
  /** Milliseconds between looks for new digests; default 1000. */
  readonly every?: number | undefined;
};

const EVERY = 1000;
const STOP_WITHIN = 10_000;
const RETRY = { first: 1000, most: 60_000 };

type PlaceState = { running: Promise<void> | undefined; attempts: number; notBefore: number };

/** Puts the tree beside the digests, after each of them: every place for itself, so that a bucket which refuses holds back no other. */
export function createPublisher(deps: PublisherDeps): Publisher {
  const publisher = new TreePublisher(deps);
  return { start: () => publisher.start(), stop: () => publisher.stop() };
}

class TreePublisher {
  readonly #deps: PublisherDeps;
  readonly #stopping = new AbortController();
  readonly #states = new Map<string, PlaceState>();
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#loop = this.#untilStopped();
  }

  /** Publishes what belongs to the last digests (for at most ten seconds), then ends. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    const done = new AbortController();
    await Promise.race([this.#finish(), pause(STOP_WITHIN, done.signal)]);
    done.abort();
  }

  async #untilStopped(): Promise<void> {
    const { every, log } = this.#deps;
    while (await pause(every ?? EVERY, this.#stopping.signal)) {
      await this.#round().catch((error: unknown) =>
        log.error({ reason: messageOf(error) }, 'places of the tree could not be read'),
      );
    }
  }

  async #finish(): Promise<void> {
    await this.#running();
    await this.#round().catch(() => undefined);
    await this.#running();
  }

  async #running(): Promise<void> {
    await Promise.all([...this.#states.values()].map((state) => state.running));
  }

  async #round(): Promise<void> {
    const { settings, places, clock } = this.#deps;
    const published = await settings.selectFrom('proof_places').selectAll().execute();
    for (const place of await places()) {
      const { bucket, folder, trails } = place;
      const row = published.find((one) => one.bucket === bucket && one.folder === folder);
      const newest = Math.max(0, ...trails.map(({ digestAt }) => digestAt));
      if (newest === 0 || (row !== undefined && row.published_at >= newest)) continue;
      const state = this.#stateOf(`${bucket}/${folder}`);
      if (state.running === undefined && clock.now() >= state.notBefore)
        state.running = this.#publish(place, state);
    }
  }

  async #publish(place: ProofPlace, state: PlaceState): Promise<void> {
    const { clock, log } = this.#deps;
    try {
      await publishTree(this.#deps, place);
      state.attempts = 0;
      state.notBefore = 0;
    } catch (error) {
      state.notBefore = clock.now() + backoff(++state.attempts, RETRY);
      const { bucket, folder } = place;
      log.warn({ bucket, folder, reason: messageOf(error) }, 'tree not published');
    }
    state.running = undefined;
  }

  #stateOf(id: string): PlaceState {
    const known = this.#states.get(id) ?? { running: undefined, attempts: 0, notBefore: 0 };
    this.#states.set(id, known);
    return known;
  }
}
