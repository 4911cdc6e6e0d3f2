import { isoSeconds } from '../../../base/clock.ts';
import type { Link } from './chain.ts';
import type { LoadedChain, MissingDigest } from './load-chain.ts';
import { readDigestKey } from './key-names.ts';
import type { Notes } from './report.ts';
import type { VerifySource } from './source.ts';

/** Seconds since the epoch. */
export type TimeSpan = { readonly from: number; readonly to: number };

type MissingDeps = { readonly source: VerifySource; readonly from: number; readonly notes: Notes };

/** So many are named one by one; a longer hole is told in one line. */
const NAMED_AT_MOST = 24;

/**
 * Notes every digest that must have been there. The one that a digest links to is certain. What lay before it only itself could tell: how
 * many follows from the time between it and the next older one that is there, and their names from the usual length of a window.
 */
export function missingDigests(
  deps: MissingDeps,
  chain: LoadedChain,
  usual: number | undefined,
): readonly TimeSpan[] {
  return chain.missing.map((missing) => {
    const to = missing.next.body.startSeconds;
    const older = olderThan(chain.links, to);
    const from = Math.max(older?.name.endSeconds ?? deps.from, deps.from);
    noteOne(
      deps,
      missing.address,
      older === undefined && deps.from <= 0 ? ', and nothing older is there' : '',
    );
    if (from > 0) noteEarlier(deps, missing, { from, to, usual });
    return { from: Math.max(0, from), to };
  });
}

function olderThan(links: readonly Link[], seconds: number): Link | undefined {
  return links.findLast((link) => link.name.endSeconds <= seconds);
}

function noteEarlier(
  deps: MissingDeps,
  missing: MissingDigest,
  { from, to, usual }: TimeSpan & { usual: number | undefined },
): void {
  const count = usual === undefined || usual <= 0 ? 1 : Math.round((to - from) / usual);
  if (count < 2 || usual === undefined) return;
  if (count <= NAMED_AT_MOST && (to - from) % usual === 0) {
    for (let end = to - usual; end > from; end -= usual) {
      const key = keyAt(missing.address.key, end);
      noteOne(deps, { ...missing.address, key }, ', unless logging was off until then');
    }
    return;
  }
  deps.notes.findings.push({
    kind: 'digests-missing',
    severity: 'invalid',
    subject: 'Chain',
    uri: deps.source.uri(missing.address),
    message: `about ${count - 1} more digest files before it are missing between ${iso(from)} and ${iso(to)}, unless logging was off`,
  });
}

function noteOne({ source, notes }: MissingDeps, address: MissingDigest['address'], remark: string): void {
  notes.digests.invalid++;
  notes.findings.push({
    kind: 'digest-not-found',
    severity: 'invalid',
    subject: 'Digest file',
    uri: source.uri(address),
    message: `not found${remark}`,
  });
}

/** The same digest's key with another end. */
function keyAt(key: string, endSeconds: number): string {
  const name = readDigestKey(key);
  if (name === undefined) return key;
  const time = iso(endSeconds);
  const stamp = time.replaceAll(/[-:]/g, '');
  return key
    .replace(/\/\d{4}\/\d{2}\/\d{2}\/([^/]*)$/, `/${time.slice(0, 10).replaceAll('-', '/')}/$1`)
    .replace(/\d{8}T\d{6}Z/g, stamp);
}

function iso(seconds: number): string {
  return isoSeconds(seconds * 1000);
}
