import type { Clock } from '../../../base/clock.ts';
import { messageOf, OpentrailError } from '../../../base/errors.ts';
import type { Stoppable } from '../../../base/lifecycle.ts';
import type { Logger } from '../../../base/log.ts';
import { createOutbound } from '../../../base/outbound.ts';
import { pause } from '../../../base/retry.ts';
import type { TreeReader } from '../merkle/tree-reader.ts';
import { checkpointText, parseCheckpoint, type SignedCheckpoint } from '../note/checkpoint.ts';
import type { SignerKey } from '../note/keys.ts';
import { formatNote, signText, verifyNote, type NoteSignature } from '../note/signed-note.ts';
import type { ProofSettings } from '../settings.ts';
import type { ProofTree } from '../tree/open-tree.ts';
import { askWitness, type Witness } from './ask-witness.ts';

export type Checkpoints = Stoppable & {
  readonly start: () => Promise<void>;
  /** The newest that enough witnesses cosigned; undefined while the tree is empty. */
  readonly latest: () => SignedCheckpoint | undefined;
  /** One of at least `size` leaves, signed now where there is none. Throws OUTBOUND_REFUSED when too few witnesses cosign it. */
  readonly covering: (size: number) => Promise<SignedCheckpoint>;
  readonly status: () => CheckpointStatus;
};

export type CheckpointStatus = {
  readonly size: number;
  readonly cosignatures: number;
  /** Witnesses that did not cosign when they were asked last. */
  readonly refusing: number;
  /** Why no checkpoint could be made. */
  readonly failing: string | undefined;
};

export type CheckpointDeps = {
  readonly tree: Pick<ProofTree, 'size' | 'reader' | 'settle'>;
  readonly settings: ProofSettings;
  readonly key: SignerKey;
  readonly witnesses: readonly Witness[];
  /** How many of the witnesses must cosign. */
  readonly quorum: number;
  /** Milliseconds between looks whether the tree has grown. */
  readonly interval: number;
  readonly clock: Clock;
  readonly log: Logger;
};

const WITNESS_TIMEOUT = 5000;

/** Signs how large the tree is and its root, and has witnesses cosign it: at intervals while the tree grows, and when somebody needs it. */
export function createCheckpoints(deps: CheckpointDeps): Checkpoints {
  return new CheckpointMaker(deps);
}

class CheckpointMaker implements Checkpoints {
  readonly #deps: CheckpointDeps;
  readonly #outbound = createOutbound({ connectTimeout: WITNESS_TIMEOUT, timeout: WITNESS_TIMEOUT });
  readonly #stopping = new AbortController();
  /** Sizes that witnesses cosigned last, by key. */
  readonly #seen = new Map<string, number>();
  #latest: SignedCheckpoint | undefined;
  #failing: string | undefined;
  #refusals: readonly string[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: CheckpointDeps) {
    this.#deps = deps;
  }

  readonly start = async (): Promise<void> => {
    const row = await this.#deps.settings.selectFrom('proof_checkpoints').selectAll().executeTakeFirst();
    if (row !== undefined) this.#latest = parseCheckpoint(Buffer.from(row.note), 'the newest checkpoint');
    this.#loop = this.#untilStopped();
  };

  readonly stop = async (): Promise<void> => {
    this.#stopping.abort();
    await this.#loop;
    await this.#queue;
    await this.#outbound.stop();
  };

  readonly latest = (): SignedCheckpoint | undefined => this.#latest;

  readonly covering = (size: number): Promise<SignedCheckpoint> => {
    // One after another: a log must never sign two trees that do not fit each other.
    const made = this.#queue.then(async () => {
      if (this.#isEnough(size)) return this.#latest as SignedCheckpoint;
      const signed = await this.#make();
      this.#failing = undefined;
      return signed;
    });
    this.#queue = made.catch((error: unknown) => this.#fails(messageOf(error)));
    return made;
  };

  readonly status = (): CheckpointStatus => ({
    size: this.#latest?.size ?? 0,
    cosignatures: this.#latest === undefined ? 0 : this.#cosignatures(this.#latest),
    refusing: this.#refusals.length,
    failing: this.#failing,
  });

  async #untilStopped(): Promise<void> {
    while (await pause(this.#deps.interval, this.#stopping.signal)) {
      const size = this.#deps.tree.size();
      if (size === 0) continue;
      await this.covering(size).catch(() => undefined);
    }
  }

  /**
   * A key or an origin that changed makes the newest one worth nothing to whoever knows the new one. Witnesses that did not cosign are asked
   * again as long as no larger tree is there to ask them about.
   */
  #isEnough(size: number): boolean {
    const { key, quorum, tree, witnesses } = this.#deps;
    const latest = this.#latest;
    if (latest === undefined || latest.size < size || latest.origin !== key.verifier.name) return false;
    if (verifyNote(latest.note, [key.verifier])?.length !== 1) return false;
    const cosigned = this.#cosignatures(latest);
    return cosigned >= quorum && (cosigned >= witnesses.length || latest.size < tree.size());
  }

  async #make(): Promise<SignedCheckpoint> {
    const { tree, key, quorum, clock } = this.#deps;
    // What is signed must not be taken back by a power cut.
    await tree.settle();
    const reader = tree.reader();
    if (this.#latest !== undefined) await this.#checkGrowth(this.#latest, reader);
    const checkpoint = { origin: key.verifier.name, size: reader.size, root: await reader.root() };
    const text = checkpointText(checkpoint);
    const own = signText(text, key, Math.floor(clock.now() / 1000));
    const { cosigned, refusals } = await this.#cosign({ text, signatures: [own] }, reader);
    this.#tellRefusals(refusals);
    if (cosigned.length < quorum) {
      throw new OpentrailError(
        'OUTBOUND_REFUSED',
        `${cosigned.length} of ${quorum} witnesses cosigned: ${refusals.join('; ')}`,
      );
    }
    const made = { ...checkpoint, note: { text, signatures: [own, ...cosigned] } };
    await this.#keep(made);
    return made;
  }

  /** The tree must still begin with what was signed: a disk that lost or changed hashes must not be signed over. */
  async #checkGrowth(before: SignedCheckpoint, reader: TreeReader): Promise<void> {
    const isGrown = before.size <= reader.size && (await reader.rootAt(before.size)).equals(before.root);
    if (isGrown) return;
    throw new OpentrailError(
      'BAD_FILE',
      `the tree no longer begins with the ${before.size} leaves that were signed: its files were changed or lost`,
      { kind: 'operator' },
    );
  }

  async #cosign(note: SignedCheckpoint['note'], tree: TreeReader) {
    const cosigned: NoteSignature[] = [];
    const refusals: string[] = [];
    const ask = async (witness: Witness): Promise<void> => {
      const from = Math.min(this.#seen.get(witness.key.text) ?? this.#latest?.size ?? 0, tree.size);
      try {
        cosigned.push(await askWitness({ outbound: this.#outbound, witness }, { note, tree }, from));
        this.#seen.set(witness.key.text, tree.size);
      } catch (error) {
        refusals.push(messageOf(error));
      }
    };
    await Promise.all(this.#deps.witnesses.map(ask));
    return { cosigned, refusals };
  }

  async #keep(made: SignedCheckpoint): Promise<void> {
    const row = { size: made.size, note: formatNote(made.note), signed_at: this.#deps.clock.now() };
    await this.#deps.settings
      .insertInto('proof_checkpoints')
      .values({ id: 1, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    this.#latest = made;
  }

  #cosignatures({ note }: SignedCheckpoint): number {
    const keys = this.#deps.witnesses.map(({ key }) => key);
    return verifyNote(note, keys)?.length ?? 0;
  }

  #tellRefusals(refusals: readonly string[]): void {
    for (const reason of refusals)
      if (!this.#refusals.includes(reason)) this.#deps.log.warn({ reason }, 'a witness does not cosign');
    this.#refusals = refusals;
  }

  #fails(why: string): void {
    if (this.#failing !== why) this.#deps.log.error({ reason: why }, 'no checkpoint can be signed');
    this.#failing = why;
  }
}
