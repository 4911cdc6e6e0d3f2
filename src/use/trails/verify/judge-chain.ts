import { isoSeconds } from '../../../base/clock.ts';
import { usualWindow, type Link } from './chain.ts';
import { checkSignature } from './check-signature.ts';
import { addressKey, type LoadedChain } from './load-chain.ts';
import { missingDigests, type TimeSpan } from './missing-digests.ts';
import type { PublicKeys } from './public-keys.ts';
import type { FoundDigest } from './read-digest.ts';
import type { Finding, Notes } from './report.ts';
import type { VerifySource } from './source.ts';

export type JudgedChain = {
  /** Digests that CloudTrail signed. */
  readonly proven: readonly FoundDigest[];
  /** Those for which no signature is at hand. */
  readonly unproven: readonly FoundDigest[];
  /** Those that name files, but were changed, moved or signed by nobody. */
  readonly refuted: readonly FoundDigest[];
  /** Times in which every delivered file must be named, seconds. */
  readonly covered: readonly TimeSpan[];
  /** Times whose digests are missing. */
  readonly holes: readonly TimeSpan[];
  readonly usual: number | undefined;
};

export type JudgeDeps = {
  readonly source: VerifySource;
  readonly keys: PublicKeys;
  /** Signatures that came by another way, by key. */
  readonly signatures: ReadonlyMap<string, string>;
  readonly from: number;
  readonly notes: Notes;
};

/** Checks signatures, links and completeness of one chain, and notes what is found. */
export function judgeChain(deps: JudgeDeps, chain: LoadedChain): JudgedChain {
  const successors = successorsOf(deps.source, chain.links);
  const present = new Set(chain.links.map((link) => link.uri));
  const proven: FoundDigest[] = [];
  const unproven: FoundDigest[] = [];
  const refuted: FoundDigest[] = [];
  for (const [index, link] of chain.links.entries()) {
    const predecessor = predecessorOf(deps.source, chain.links[index + 1]);
    const isPassedOver = predecessor !== undefined && predecessor !== link.uri && present.has(predecessor);
    const verdict = judgeLink(deps, link, { next: successors.get(link.uri), isPassedOver });
    if (verdict === undefined) {
      deps.notes.digests.valid++;
      deps.notes.valid('Digest file', link.uri);
    } else {
      deps.notes.findings.push(verdict);
      deps.notes.digests[verdict.severity === 'unproven' ? 'unproven' : 'invalid']++;
    }
    if (link.digest === undefined) continue;
    if (verdict === undefined) proven.push(link.digest);
    else if (verdict.severity === 'unproven') unproven.push(link.digest);
    else refuted.push(link.digest);
  }
  // Backfill digests come when a file came too late for its own: what lies between two of them is no hole, nor do they say what must be named.
  if (chain.id.backfill) {
    missingDigests(deps, chain, undefined);
    return { proven, unproven, refuted, covered: [], holes: [], usual: undefined };
  }
  const usual = usualWindow(chain.links);
  const holes = missingDigests(deps, chain, usual);
  noteRestarts(deps.notes, chain.links);
  return { proven, unproven, refuted, covered: coveredBy(chain, holes), holes, usual };
}

/** Undefined: valid. */
function judgeLink(
  deps: JudgeDeps,
  link: Link,
  { next, isPassedOver }: { next: FoundDigest | undefined; isPassedOver: boolean },
): Finding | undefined {
  const said = (kind: Finding['kind'], message: string): Finding => ({
    kind,
    severity: kind === 'digest-unproven' ? 'unproven' : 'invalid',
    subject: 'Digest file',
    uri: link.uri,
    message,
  });
  if (link.problem !== undefined) return said(link.problem.kind, link.problem.message);
  const { digest } = link;
  if (digest === undefined) return said('digest-format', 'invalid format');
  const previous = next?.body.previous;
  const carried = deps.signatures.get(link.name.key) ?? deps.signatures.get(link.uri) ?? previous?.signature;
  switch (checkSignature(digest, deps.keys, carried)) {
    case 'failed':
      return said('digest-signature', 'signature verification failed');
    case 'unknown-key':
      return said(
        'digest-key-unknown',
        `public key not found in region ${link.name.homeRegion} for fingerprint ${digest.body.fingerprint}`,
      );
    case 'unsigned':
      return said('digest-unproven', 'its signature is not in this copy, and no later digest has it');
    case 'proven':
      break;
  }
  if (previous?.hash !== undefined && previous.hash !== digest.hash) {
    return said('digest-changed', "hash value doesn't match the one in the next digest");
  }
  if (previous !== undefined && digest.signature !== undefined && previous.signature !== digest.signature) {
    return said('digest-changed', "signature doesn't match the one in the next digest");
  }
  if (isPassedOver) {
    return said('digest-unlinked', 'is no part of the chain: the next digest links past it');
  }
  return undefined;
}

/** By URI: the digest that links to it. */
function successorsOf(source: VerifySource, links: readonly Link[]): Map<string, FoundDigest> {
  const successors = new Map<string, FoundDigest>();
  for (const { digest } of links) {
    if (digest?.body.previous !== undefined) successors.set(addressKey(source, digest.body.previous), digest);
  }
  return successors;
}

function predecessorOf(source: VerifySource, link: Link | undefined): string | undefined {
  const previous = link?.digest?.body.previous;
  return previous === undefined ? undefined : addressKey(source, previous);
}

function noteRestarts(notes: Notes, links: readonly Link[]): void {
  for (const [index, link] of links.entries()) {
    const next = links[index + 1]?.digest;
    if (link.digest !== undefined && next !== undefined && next.body.previous === undefined)
      notes.findings.push(restart(link.digest, next));
  }
}

function restart(before: FoundDigest, next: FoundDigest): Finding {
  const [end, start] = [before.body.endTime, isoSeconds(next.body.startSeconds * 1000)];
  return {
    kind: 'chain-restart',
    severity: 'notice',
    subject: 'Chain',
    uri: next.uri,
    message: `No log files were delivered by CloudTrail between ${end} and ${start}`,
  };
}

/** From each beginning of the chain to its end; a hole where digests are missing is no end. */
function coveredBy(chain: LoadedChain, holes: readonly TimeSpan[]): TimeSpan[] {
  const spans: { from: number; to: number }[] = [];
  for (const { digest } of chain.links) {
    if (digest === undefined) continue;
    const { startSeconds, endSeconds, previous } = digest.body;
    const last = spans.at(-1);
    if (last === undefined || previous === undefined) spans.push({ from: startSeconds, to: endSeconds });
    else last.to = Math.max(last.to, endSeconds);
  }
  return [...spans, ...holes];
}
