import { createHash } from 'node:crypto';

import type { EventColumns } from '../../record/event-record.ts';
import { ALONE_MS, correlate, fired, single, type Hit, type Window } from './correlate.ts';
import type { DetectedEvent } from './detection.ts';
import type { Watched } from './detection-index.ts';
import { textAt } from './event.ts';
import { findingId, newFinding } from './finding.ts';
import type { FindingRow } from './settings.ts';

/** Where what was seen is kept: in the settings, or for a trial in memory. */
export type Ledger = {
  readonly window: (key: string) => Promise<Window>;
  /** Until `expiresAt` (ms) it is of use. */
  readonly keepWindow: (
    key: string,
    kept: { window: Window; detection: string; expiresAt: number },
  ) => Promise<void>;
  /** Nothing where it is there already. */
  readonly add: (finding: FindingRow) => Promise<void>;
  /** One more event of a finding. */
  readonly more: (finding: string, event: { readonly id: string; readonly at: number }) => Promise<void>;
};

export type Seen = {
  readonly watched: Watched;
  readonly event: DetectedEvent;
  readonly columns: EventColumns;
};

/** What an event that a detection watches for comes to. */
export async function assess(ledger: Ledger, { watched, event, columns }: Seen, now: number): Promise<void> {
  const { detection, step, owner } = watched;
  const common =
    detection.within === undefined ? [event.facts.actor] : step.by.map((path) => textAt(event, path));
  if (common.includes(undefined)) return;
  const value = step.distinct === undefined ? '' : textAt(event, step.distinct);
  if (value === undefined) return;
  const key = keyOf([owner, detection.id, columns.account, ...(common as string[])]);
  const hit: Hit = { step: watched.at, time: columns.time, id: columns.id, value: shortened(value) };
  const before = await ledger.window(key);
  const { within, steps } = detection;
  const { window, outcome } =
    within === undefined ? single(before, hit) : correlate(before, hit, { steps, within });
  let after = window;
  if (outcome.kind === 'fires') {
    const id = findingId(owner, detection, columns.id);
    await ledger.add(newFinding({ id, detection, event, columns, hits: outcome.hits, now }));
    after = fired(window, id, outcome.hits);
  }
  if (outcome.kind === 'more')
    await ledger.more(outcome.finding, { id: columns.id, at: columns.time * 1000 });
  if (after === before) return;
  // By the clock, not by the events' times: what is ingested may be old.
  const expiresAt = now + 2 * (within ?? ALONE_MS);
  await ledger.keepWindow(key, { window: after, detection: detection.id, expiresAt });
}

/** Names of unlimited length make keys of a limited one. */
function keyOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27);
}

function shortened(value: string): string {
  return value.length <= 64 ? value : keyOf([value]);
}
