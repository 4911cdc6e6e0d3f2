import type { ChainId, Link } from '../verify/chain.ts';
import { checkSignature } from '../verify/check-signature.ts';
import { readDigestKey } from '../verify/key-names.ts';
import { loadLink } from '../verify/load-chain.ts';
import type { TimeSpan } from '../verify/missing-digests.ts';
import type { FoundDigest } from '../verify/read-digest.ts';
import type { CoverageOptions, HoleReason } from './contract.ts';

/** A time that a chain does not prove, and why. */
export type ChainHole = TimeSpan & {
  readonly reason: HoleReason | 'unproven';
  readonly uri: string | undefined;
  readonly message: string;
};

/** After the end of a chain, until the next one of the trail starts (`break`) or until a digest whose predecessor is not there (`hole`). */
export type ChainBreak = TimeSpan & {
  readonly kind: 'break' | 'hole';
  readonly lastStart: number;
  readonly uri: string;
};

/** A digest that has been judged. bad: what it names is not believed. */
export type JudgedDigest = { readonly digest: FoundDigest; readonly verdict: 'proven' | 'unproven' | 'bad' };

type Deps = Pick<CoverageOptions, 'source' | 'keys' | 'signatures' | 'from'>;

/**
 * One chain of digests, seen link by link from the oldest on, so that no more than two of them are held. What a digest is worth is known when its
 * successor has come, which has its hash and signature.
 */
export class ChainWalk {
  readonly id: ChainId;
  readonly holes: ChainHole[] = [];
  readonly breaks: ChainBreak[] = [];
  /** From each start of the chain to its end, times of missing digests included. */
  readonly covered: { from: number; to: number }[] = [];
  /** Whose digests are missing, or cannot be read. */
  readonly missing: TimeSpan[] = [];
  digests = 0;
  /** Where the oldest digest that is there follows on one that is not: from when on that is told, seconds. */
  beheadedAt: number | undefined;
  readonly #deps: Deps;
  readonly #judged: (one: JudgedDigest) => void;
  readonly #lengths = new Map<number, number>();
  #last: Link | undefined;
  /** Of the link before the last. */
  #beforeLast: string | undefined;
  #lastStart = 0;

  constructor(deps: Deps, id: ChainId, judged: (one: JudgedDigest) => void) {
    this.#deps = deps;
    this.id = id;
    this.#judged = judged;
  }

  /** End of the newest digest, seconds; its beginning and place. */
  get end(): number {
    return this.#last?.name.endSeconds ?? 0;
  }

  get lastStart(): number {
    return this.#lastStart;
  }

  get lastUri(): string {
    return this.#last?.uri ?? '';
  }

  /** The median length of a digest's window, seconds. */
  get usual(): number | undefined {
    const sorted = [...this.#lengths].sort(([a], [b]) => a - b);
    let left = sorted.reduce((sum, [, count]) => sum + count, 0) / 2;
    return sorted.find(([, count]) => (left -= count) < 0)?.[0];
  }

  /** The next digest by its end. */
  async add(link: Link): Promise<void> {
    for (const one of await this.#outside(link)) this.#take(one);
    this.#take(link);
  }

  /** No other comes. */
  finish(): void {
    if (this.#last !== undefined) this.#judge(this.#last, undefined);
  }

  /** What the link follows on and the listing does not have: in another bucket or under another prefix, before or between. Oldest first. */
  async #outside(link: Link): Promise<Link[]> {
    const { source, from = 0 } = this.#deps;
    const found: Link[] = [];
    for (let at = link.digest; at?.body.previous !== undefined && at.body.startSeconds > from;) {
      const { previous } = at.body;
      const uri = source.uri(previous);
      if (uri === this.#last?.uri || uri === this.#beforeLast) break;
      const name = readDigestKey(previous.key);
      const older = name === undefined ? undefined : await loadLink(source, name, previous);
      if (older === undefined || older.name.endSeconds <= this.end) break;
      found.unshift(older);
      at = older.digest;
    }
    return found;
  }

  #take(link: Link): void {
    const previous = link.digest?.body.previous;
    const last = this.#last;
    const isLinked = previous !== undefined && this.#deps.source.uri(previous) === last?.uri;
    if (last !== undefined) this.#judge(last, isLinked ? link.digest : undefined);
    const start = link.digest?.body.startSeconds ?? this.#startOf(link);
    if (link.digest === undefined || isLinked) this.#follow(start, link);
    else if (previous === undefined) this.#begin(start, link);
    else this.#jump(start, link);
    this.#cover(start, link);
    this.#beforeLast = last?.uri;
    this.#last = link;
    this.#lastStart = start;
    this.digests++;
  }

  /** A digest that cannot be read covers what lies before it, as long as that is usual. */
  #startOf({ name }: Link): number {
    const usual = this.usual ?? 3600;
    const isNext = this.#last !== undefined && name.endSeconds - this.end <= 1.5 * usual;
    return isNext ? this.end : name.endSeconds - usual;
  }

  #follow(start: number, link: Link): void {
    if (this.#last !== undefined && start > this.end && !this.id.backfill)
      this.#miss({ from: this.end, to: start }, link.uri, NOT_COVERED);
  }

  #begin(start: number, link: Link): void {
    if (this.#last === undefined || this.id.backfill) return;
    // Logging that was off for less than a second was off all the same.
    const from = Math.min(this.end, start);
    const to = Math.max(start, from + 1);
    this.breaks.push({ kind: 'break', from, to, lastStart: this.#lastStart, uri: link.uri });
  }

  /** Its predecessor is not there, or it is not the one that was seen last. */
  #jump(start: number, link: Link): void {
    const { source, from = 0 } = this.#deps;
    const { digest } = link;
    if (digest?.body.previous === undefined || start <= from) return;
    const uri = source.uri(digest.body.previous);
    if (this.#last !== undefined && (uri === this.#beforeLast || start <= this.#lastStart)) {
      this.#hole(
        { from: this.#lastStart, to: this.end },
        'digest-unchained',
        this.#last.uri,
        'is no part of the chain: the next digest links past it',
      );
      return;
    }
    // Backfill digests come when there is something late: what lies between them is nobody's.
    if (this.id.backfill) {
      const at = readDigestKey(digest.body.previous.key)?.endSeconds ?? start;
      this.#hole({ from: at - 1, to: at }, 'digest-missing', uri, 'not found');
      return;
    }
    const since = this.#last === undefined ? start - (link.name.endSeconds - start) : this.end;
    const span = { from: Math.max(since, from), to: start };
    if (this.#last === undefined) this.beheadedAt = span.from;
    const isLong = this.#last !== undefined && span.to - span.from > 1.5 * (this.usual ?? 0);
    if (!isLong) return this.#miss(span, uri, 'not found');
    this.missing.push(span);
    this.breaks.push({ kind: 'hole', ...span, lastStart: this.#lastStart, uri });
  }

  #miss(span: TimeSpan, uri: string, message: string): void {
    if (span.to <= span.from) return;
    this.missing.push(span);
    this.#hole(span, 'digest-missing', uri, message);
  }

  #hole(span: TimeSpan, reason: ChainHole['reason'], uri: string, message: string): void {
    this.holes.push({ ...span, reason, uri, message });
  }

  #cover(start: number, link: Link): void {
    const length = link.name.endSeconds - start;
    this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + 1);
    const span = this.covered.at(-1);
    const isStart = link.digest !== undefined && link.digest.body.previous === undefined;
    if (span === undefined || isStart) this.covered.push({ from: start, to: link.name.endSeconds });
    else span.to = Math.max(span.to, link.name.endSeconds);
  }

  #judge(link: Link, next: FoundDigest | undefined): void {
    const span = { from: this.#lastStart, to: link.name.endSeconds };
    const { digest } = link;
    if (digest === undefined) {
      const [reason, message] = readingProblem(link);
      this.missing.push(span);
      this.#hole(span, reason, link.uri, message);
      return;
    }
    const found = this.#verdict(link, digest, next);
    if (found !== undefined) this.#hole(span, found[0], link.uri, found[1]);
    const verdict = found === undefined ? 'proven' : found[0] === 'unproven' ? 'unproven' : 'bad';
    this.#judged({ digest, verdict });
  }

  #verdict(
    { name, uri }: Link,
    digest: FoundDigest,
    next: FoundDigest | undefined,
  ): readonly [ChainHole['reason'], string] | undefined {
    const { signatures, keys } = this.#deps;
    const previous = next?.body.previous;
    const carried = signatures?.get(name.key) ?? signatures?.get(uri) ?? previous?.signature;
    switch (checkSignature(digest, keys, carried)) {
      case 'failed':
        return ['digest-invalid', 'signature verification failed'];
      case 'unknown-key':
        return ['digest-unsigned', `no public key with the fingerprint ${digest.body.fingerprint}`];
      case 'unsigned':
        return ['unproven', 'its signature is not in this copy, and no later digest has it'];
      case 'proven':
        break;
    }
    const isSameHash = previous?.hash === undefined || previous.hash === digest.hash;
    const isSameSignature =
      previous === undefined || digest.signature === undefined || previous.signature === digest.signature;
    if (!isSameHash) return ['digest-unchained', "hash value doesn't match the one in the next digest"];
    return isSameSignature
      ? undefined
      : ['digest-unchained', "signature doesn't match the one in the next digest"];
  }
}

const NOT_COVERED = 'follows on a time that no digest covers';

/** What verification says of a digest that it cannot take for one. */
function readingProblem({ problem }: Link): readonly [HoleReason, string] {
  if (problem === undefined) return ['digest-invalid', 'invalid format'];
  return [problem.kind === 'digest-signature' ? 'digest-unsigned' : 'digest-invalid', problem.message];
}
